// Sets the state directory. It is imported before the modules that read the variable. The demo uses
// its own stack, not the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/demo';
