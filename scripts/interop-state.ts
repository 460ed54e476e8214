// Imported before anything that reads it: the real programs' stack keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/interop';
