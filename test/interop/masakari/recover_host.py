"""Has Masakari's engine recover a failed host, as its manager does for a COMPUTE_HOST notification.

usage: recover_host.py CONFIG-FILE HOST

The driver, the flow and the Nova client are Masakari's own. Ends with 0 if the host was recovered.
"""
import masakari.cmd  # noqa: F401  has eventlet patch the standard library, as the engine does

import sys
import uuid

import masakari.conf
from masakari import config, context, exception, objects
from masakari.db import migration
from masakari.objects import fields
from oslo_log import log

config_file, host = sys.argv[1:]
config.parse_args(['masakari-engine', '--config-file', config_file])
log.setup(masakari.conf.CONF, 'masakari')
objects.register_all()
migration.db_sync()

from masakari.engine.drivers.taskflow import driver  # noqa: E402  reads the configuration as it loads

notification = str(uuid.uuid4())
try:
    driver.TaskFlowDriver().execute_host_failure(
        context.get_admin_context(), host, fields.FailoverSegmentRecoveryMethod.AUTO, notification,
        update_host_method=None, reserved_host_list=None)
except exception.MasakariException as error:
    sys.exit(f'Masakari did not recover {host}: {error}')
finally:
    for move in objects.VMoveList.get_all_vmoves(context.get_admin_context(), notification):
        print(f'{move.instance_name}: {move.status}, now on {move.dest_host}; {move.message or "no complaint"}')
print(f'Masakari recovered {host}.')
