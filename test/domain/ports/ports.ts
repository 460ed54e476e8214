/** Rows of ports for tests. */
import type { Port } from '../../../domain/ports/port.ts';
import { id, minute } from '../rows.ts';

/** A port that was created at minute 0, on no host. */
export const portWith = (given: Partial<Port> = {}): Port => ({
  id: id(700),
  name: 'p1',
  description: '',
  network_id: id(800),
  project_id: 'a',
  admin_state_up: true,
  status: 'ACTIVE',
  data_plane_status: null,
  device_id: id(100),
  device_owner: 'compute:nova',
  mac_address: 'fa:16:3e:00:00:01',
  fixed_ips: [],
  security_groups: [],
  'binding:host_id': '',
  'binding:vnic_type': 'normal',
  'binding:profile': '{}',
  tags: [],
  incarnation: id(701),
  revision: 1,
  deleted: false,
  report_number: 0,
  bound_at: minute(0),
  created_at: minute(0),
  updated_at: minute(0),
  last_change: {
    user_id: 'nova',
    request_id: 'req-create',
    at: minute(0),
    kind: 'create',
    old_status: null,
    data_plane_toggled: false,
    old_data_plane_status: null,
    fault_id: null,
  },
  ...given,
});
