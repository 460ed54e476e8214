// Sets the state directory. It is imported before the modules that read the variable. The stack for
// a real cloud has its own directory beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/openstack';
process.env.DOCTOR_SETTINGS ??= 'cloud=doctor/cloud evacuationExecutor=openstack';
