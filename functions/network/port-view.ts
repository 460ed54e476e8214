import { seconds } from '../../dialects/openstack-times.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { Dictionary } from '../../domain/json.ts';
import { isDataPlaneDown, type Port } from '../../domain/ports/port.ts';
import { manages, seesHosts } from '../../domain/ports/port-access.ts';

/** The attributes of a port as they are shown. */
export type PortView = Readonly<Record<string, unknown>>;

/**
 * A port as the caller may see it, without the attributes that it may not read. Every view has both
 * names of the data plane's status.
 */
export function portView(port: Port, caller: Caller): PortView {
  return {
    id: port.id,
    name: port.name,
    description: port.description,
    network_id: port.network_id,
    project_id: port.project_id,
    tenant_id: port.project_id,
    admin_state_up: port.admin_state_up,
    status: port.status,
    data_plane_status: port.data_plane_status,
    dp_down: isDataPlaneDown(port),
    mac_address: port.mac_address,
    fixed_ips: port.fixed_ips,
    device_id: port.device_id,
    device_owner: port.device_owner,
    security_groups: port.security_groups,
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    port_security_enabled: true,
    tags: port.tags,
    revision_number: port.revision,
    created_at: seconds(port.created_at),
    updated_at: seconds(port.updated_at),
    'binding:vnic_type': port['binding:vnic_type'],
    ...(seesHosts(caller) && { 'binding:host_id': port['binding:host_id'] }),
    ...(manages(caller) && {
      'binding:profile': Dictionary.parse(JSON.parse(port['binding:profile'])),
      'binding:vif_type': 'unbound',
      'binding:vif_details': {},
    }),
  };
}
