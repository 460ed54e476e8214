// Imported before the modules that read it. The stack beside a real cloud keeps its state beside the user's.
process.env.DOCTOR_STATE_DIR ??= '.doctor/openstack';
process.env.DOCTOR_SETTINGS ??= 'cloud=doctor/cloud evacuationExecutor=openstack';
