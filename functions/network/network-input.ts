/** Networks as Neutron's clients read and write them. */
import * as z from 'zod';
import { seconds } from '../../dialects/openstack-times.ts';
import type { Network, NetworkUpdate } from '../../domain/ports/network.ts';
import { badRequest, truthOf } from './neutron.ts';
import { idTextOf, textOf, uuidOf } from './port-values.ts';
import {
  bodyOf,
  type Maker,
  requireKnown,
  requireOneProject,
  requireOwnProject,
  unwrapped,
} from './request-body.ts';

/** A network as Neutron shows it. Doctor plugs nothing, so it is always `ACTIVE`. */
export const networkView = (network: Network) => ({
  id: network.network_id,
  name: network.name,
  description: network.description,
  project_id: network.project_id,
  tenant_id: network.project_id,
  status: 'ACTIVE',
  admin_state_up: network.admin_state_up,
  shared: false,
  subnets: [],
  tags: network.tags,
  revision_number: network.revision,
  created_at: seconds(network.created_at),
  updated_at: seconds(network.updated_at),
});
export type NetworkView = ReturnType<typeof networkView>;

/** The attributes that are booleans. */
export const networkTruths: ReadonlyMap<string, (view: NetworkView) => boolean> = new Map<
  string,
  (view: NetworkView) => boolean
>([
  ['admin_state_up', ({ admin_state_up }) => admin_state_up],
  ['shared', ({ shared }) => shared],
]);

const Values = z.object({
  id: z.unknown().transform(uuidOf('id')).optional(),
  name: z.unknown().transform(textOf('name')).optional(),
  description: z.unknown().transform(textOf('description')).optional(),
  project_id: z.unknown().transform(idTextOf('project_id')).optional(),
  admin_state_up: z.unknown().transform(truthOf).optional(),
});
/** The values that a body gives of a network; an attribute that it leaves out is undefined. */
export type NetworkValues = z.infer<typeof Values>;

/** Whether each attribute may be given always, only in a POST, or never. */
const attributes = new Map<string, 'always' | 'post' | 'never'>([
  ['id', 'post'],
  ['name', 'always'],
  ['description', 'always'],
  ['project_id', 'post'],
  ['tenant_id', 'post'],
  ['admin_state_up', 'always'],
  ['status', 'never'],
  ['shared', 'never'],
  ['subnets', 'never'],
  ['tags', 'never'],
  ['revision_number', 'never'],
  ['created_at', 'never'],
  ['updated_at', 'never'],
]);

/** The values of the body of a POST. @throws HTTPBadRequest */
export function readNewNetwork(json: unknown, maker: Maker): NetworkValues {
  // No network is shared, so `shared: false` requests nothing.
  const { shared, ...others } = unwrapped(bodyOf(json), 'network');
  const given = shared === undefined || !truthOf(shared) ? others : { ...others, shared };
  requireOneProject(given);
  requireOwnProject(given, maker);
  requireKnown(given, attributes);
  const barred = Object.keys(given).find(
    (name) => attributes.get(name) === 'never' || (name === 'id' && !maker.manages),
  );
  if (barred !== undefined) throw badRequest(`Attribute '${barred}' not allowed in POST`);
  const { tenant_id, ...rest } = given;
  return Values.parse({ ...(tenant_id !== undefined && { project_id: tenant_id }), ...rest });
}

/** The changes of the body of a PUT. @throws HTTPBadRequest */
export function readNetworkUpdate(json: unknown): NetworkUpdate {
  const body = bodyOf(json);
  if ('networks' in body) throw badRequest('Bulk operation not supported');
  const given = unwrapped(body, 'network');
  requireOneProject(given);
  requireKnown(given, attributes);
  const fixed = Object.keys(given).find((name) => attributes.get(name) !== 'always');
  if (fixed !== undefined) throw badRequest(`Cannot update read-only attribute ${fixed}`);
  return Values.pick({ name: true, description: true, admin_state_up: true }).parse(given);
}
