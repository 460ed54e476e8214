/**
 * Parses the bodies of `POST` and `PUT` on ports. The order of the checks is Neutron's: wrapper,
 * project, unknown, read-only or missing attributes, values. Source:
 * docs/wire/network.md#order-of-checks-on-a-port.
 */

import type { Dictionary } from '../../domain/json.ts';
import { requireAgreement } from '../../domain/ports/data-plane.ts';
import { badRequest } from './neutron.ts';
import { attributes, type PortValues, Values } from './port-attributes.ts';
import {
  bodyOf,
  bulkOf,
  type Maker,
  missing,
  requireKnown,
  requireOneProject,
  requireOwnProject,
  unwrapped,
} from './request-body.ts';

/** The part of a body for one port: its values, and its attributes in their order. */
export type PortInput = { readonly values: PortValues; readonly given: readonly string[] };

/** The changes of the body of a PUT. @throws HTTPBadRequest */
export function readPortUpdate(json: unknown): PortInput {
  const body = bodyOf(json);
  if ('ports' in body) throw badRequest('Bulk operation not supported');
  const given = unwrapped(body, 'port');
  requireOneProject(given);
  requireKnown(given, attributes);
  const fixed = Object.keys(given).find((name) => !attributes.get(name)?.put);
  if (fixed !== undefined) throw badRequest(`Cannot update read-only attribute ${fixed}`);
  return inputOf(given);
}

/** The ports of the body of a POST, and whether the body is a list. @throws HTTPBadRequest */
export function readNewPorts(json: unknown, maker: Maker): { bulk: boolean; ports: PortInput[] } {
  const body = bodyOf(json);
  if (!('ports' in body)) return { bulk: false, ports: [newPort(unwrapped(body, 'port'), maker)] };
  return { bulk: true, ports: bulkOf(body, 'port').map((given) => newPort(given, maker)) };
}

function newPort(given: Dictionary, maker: Maker): PortInput {
  requireOneProject(given);
  requireOwnProject(given, maker);
  requireKnown(given, attributes);
  const barred = Object.keys(given).find(
    (name) => !attributes.get(name)?.post || (name === 'id' && !maker.manages),
  );
  if (barred !== undefined) throw badRequest(`Attribute '${barred}' not allowed in POST`);
  if (given.network_id === undefined) throw missing('network_id');
  return inputOf(given);
}

function inputOf(given: Dictionary): PortInput {
  const { tenant_id, ...rest } = given;
  const values = Values.parse({
    ...(tenant_id !== undefined && { project_id: tenant_id }),
    ...rest,
  });
  requireAgreement(values);
  return { values, given: Object.keys(given) };
}
