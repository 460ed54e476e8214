// Sets the state directory. It is imported before the modules that read the variable. This stack
// has its own directory beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/localstack';
// The name by which a container reaches the receivers of the tests; docker-compose.yml gives it an
// address.
process.env.DOCTOR_RECEIVER_HOST ??= 'host.docker.internal';
