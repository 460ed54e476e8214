// Imported before the modules that read it. The stack of the other programs keeps its state beside
// the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/interop';
