/** Networks as Neutron's clients read and write them. */
import * as z from 'zod';
import type { Network } from '../../domain/ports/network.ts';
import { badRequest, truthOf } from './neutron.ts';
import {
  bodyOf,
  type Maker,
  requireKnown,
  requireOneProject,
  requireOwnProject,
  unwrapped,
} from './port-input.ts';
import { idTextOf, textOf, uuidOf } from './port-values.ts';

/** A network as everyone sees it who may: nothing is plugged, so it is always `ACTIVE`. */
export const networkView = ({ network_id, name, project_id, admin_state_up }: Network) => ({
  id: network_id,
  name,
  project_id,
  tenant_id: project_id,
  status: 'ACTIVE',
  admin_state_up,
  shared: false,
  subnets: [],
});

const Values = z.object({
  id: z.unknown().transform(uuidOf('id')).optional(),
  name: z.unknown().transform(textOf('name')).optional(),
  project_id: z.unknown().transform(idTextOf('project_id')).optional(),
  admin_state_up: z.unknown().transform(truthOf).optional(),
});

/** Whether each attribute may be given; all others are shown only. */
const attributes = new Map<string, boolean>([
  ['id', true],
  ['name', true],
  ['project_id', true],
  ['tenant_id', true],
  ['admin_state_up', true],
  ['status', false],
  ['shared', false],
  ['subnets', false],
]);

/** What the body of a POST says of a network. */
export function readNewNetwork(json: unknown, maker: Maker): z.infer<typeof Values> {
  const given = unwrapped(bodyOf(json), 'network');
  requireOneProject(given);
  requireOwnProject(given, maker);
  requireKnown(given, attributes);
  const barred = Object.keys(given).find(
    (name) => !attributes.get(name) || (name === 'id' && !maker.manages),
  );
  if (barred !== undefined) throw badRequest(`Attribute '${barred}' not allowed in POST`);
  const { tenant_id, ...rest } = given;
  return Values.parse({ ...(tenant_id !== undefined && { project_id: tenant_id }), ...rest });
}
