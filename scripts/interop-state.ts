// Sets the state directory. It is imported before the modules that read the variable. The stack for
// the other programs has its own directory beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/interop';
