/** The attributes of a port: which may be given, and their values. */

import * as z from 'zod';
import {
  dataPlaneStatusOf,
  fixedIpsOf,
  hostIdOf,
  idTextOf,
  macOf,
  portStatusOf,
  profileOf,
  securityGroupsOf,
  textOf,
  truthOf,
  uuidOf,
  vnicTypeOf,
} from './port-values.ts';

/** Whether an attribute may be given in a POST, and in a PUT. */
type Verbs = { readonly post: boolean; readonly put: boolean };

const always = { post: true, put: true } as const;

const postOnly = { post: true, put: false } as const;

const putOnly = { post: false, put: true } as const;

const never = { post: false, put: false } as const;

/** Every attribute that a port shows. `id` may be given only by a caller who manages ports. */
export const attributes: ReadonlyMap<string, Verbs> = new Map<string, Verbs>([
  ['id', postOnly],
  ['name', always],
  ['description', always],
  ['network_id', postOnly],
  ['project_id', postOnly],
  ['tenant_id', postOnly],
  ['admin_state_up', always],
  ['status', putOnly],
  ['data_plane_status', putOnly],
  ['dp_down', putOnly],
  ['device_id', always],
  ['device_owner', always],
  ['mac_address', always],
  ['fixed_ips', always],
  ['security_groups', always],
  ['binding:host_id', always],
  ['binding:vnic_type', always],
  ['binding:profile', always],
  ['binding:vif_type', never],
  ['binding:vif_details', never],
  ['allowed_address_pairs', never],
  ['extra_dhcp_opts', never],
  ['port_security_enabled', never],
  ['tags', never],
  ['revision_number', never],
  ['created_at', never],
  ['updated_at', never],
]);

const read = <T>(convert: (value: unknown) => T) => z.unknown().transform(convert).optional();

/** The values of all attributes that a request may give. */
export const Values = z.object({
  id: read(uuidOf('id')),
  name: read(textOf('name')),
  description: read(textOf('description')),
  network_id: read(uuidOf('network_id')),
  project_id: read(idTextOf('project_id')),
  admin_state_up: read(truthOf),
  status: read(portStatusOf),
  data_plane_status: read(dataPlaneStatusOf),
  dp_down: read(truthOf),
  device_id: read(textOf('device_id')),
  device_owner: read(textOf('device_owner')),
  mac_address: read(macOf),
  fixed_ips: read(fixedIpsOf),
  security_groups: read(securityGroupsOf),
  'binding:host_id': read(hostIdOf),
  'binding:vnic_type': read(vnicTypeOf),
  'binding:profile': read(profileOf),
});

/** The values of a body; undefined for those that are not given. */
export type PortValues = z.infer<typeof Values>;
