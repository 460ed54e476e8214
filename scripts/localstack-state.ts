// Imported before anything that reads it: this stack keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/localstack';
