// Imported before the modules that read it. The demo has a stack of its own, not the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/demo';
