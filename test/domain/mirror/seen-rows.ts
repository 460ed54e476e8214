/** Servers and ports of a cloud, for tests. */
import type { SeenPort, SeenServer } from '../../../domain/mirror/seen.ts';
import { portWith } from '../ports/ports.ts';
import { id, instanceWith, minute } from '../rows.ts';

/** The server of `instanceWith()` as the cloud shows it at minute 40; it was last changed at minute 1. */
export function seenServer(given: Partial<SeenServer['facts']> = {}, at = 40): SeenServer {
  const { name, project_id, user_id, host, vm_state, power_state, task_state } = instanceWith();
  const { created_at, launched_at, terminated_at, flavor, image_id } = instanceWith();
  const { addresses, metadata, availability_zone } = instanceWith();
  return {
    uuid: instanceWith().uuid,
    facts: {
      ...{ name, project_id, user_id, host, vm_state, power_state, task_state, created_at },
      ...{ launched_at, terminated_at, flavor, image_id, addresses, metadata, availability_zone },
      ...given,
    },
    host_up: true,
    changed_at: minute(1),
    read_at: minute(at),
  };
}

/** The port of `portWith()` as the cloud shows it at minute 40, in its revision 5. */
export function seenPort(given: Partial<SeenPort> = {}): SeenPort {
  const { name, description, admin_state_up, device_id, device_owner, mac_address } = portWith();
  const { fixed_ips, security_groups, network_id, project_id, status, tags } = portWith();
  return {
    ...{ id: id(700), network_id, project_id, status, tags, data_plane_status: null },
    facts: {
      ...{ name, description, admin_state_up, device_id, device_owner, mac_address, fixed_ips },
      security_groups,
      'binding:host_id': '',
      'binding:vnic_type': 'normal',
      'binding:profile': '{}',
    },
    revision: 5,
    changed_at: minute(30),
    read_at: minute(40),
    ...given,
  };
}
