// Sets the state directory. It is imported before the modules that read the variable. The stack of
// these tests has its own directory beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/test-console';
