/** The attributes by which ports can be sorted. */

import type { Port } from '../../domain/ports/port.ts';
import type { SortKey } from '../../domain/sort.ts';
import type { SortKeys } from './list-order.ts';

/** The attributes by which ports can be sorted. */
export const portSortKeys: SortKeys<Port> = new Map<string, SortKey<Port>['of']>([
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['network_id', ({ network_id }) => network_id],
  ['project_id', ({ project_id }) => project_id],
  ['tenant_id', ({ project_id }) => project_id],
  ['admin_state_up', ({ admin_state_up }) => admin_state_up],
  ['status', ({ status }) => status],
  ['device_id', ({ device_id }) => device_id],
  ['device_owner', ({ device_owner }) => device_owner],
  ['mac_address', ({ mac_address }) => mac_address],
]);
