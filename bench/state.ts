// Imported before anything that reads it: the bench's stack keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/bench';
