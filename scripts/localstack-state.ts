// Imported before anything that reads it: this stack keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/localstack';
// Where the tests' receivers are, seen from a container; docker-compose.yml gives it an address.
process.env.DOCTOR_RECEIVER_HOST ??= 'host.docker.internal';
