// Imported before anything that reads it: the demo's stack is for once, and not the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/demo';
