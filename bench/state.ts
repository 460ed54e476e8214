// Sets the state directory. It is imported before the modules that read the variable. The bench's
// stack has its own directory beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/bench';
