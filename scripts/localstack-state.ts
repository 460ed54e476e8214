// Imported before the modules that read it. This stack keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/localstack';
// The host of the tests' receivers, as a container sees it; docker-compose.yml gives it an address.
process.env.DOCTOR_RECEIVER_HOST ??= 'host.docker.internal';
