// Imported before the modules that read it. The bench's stack keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/bench';
