// Sets the variables of the stack of the tests. It is imported before the modules that read them. The
// stack has its own directory beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/test';
// Hundreds of logins, each with a hash of its usual cost, would take minutes of processor time.
process.env.DOCTOR_SETTINGS ??= 'passwordHashRounds=10';
