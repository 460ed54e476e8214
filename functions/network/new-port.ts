/** The port that a body of `POST` requests. */

import type { RouteRequest } from '../../adapters/http/route.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { createdPort } from '../../domain/ports/port.ts';
import { canRead, disallowed, notFound, requirePolicy } from '../../domain/ports/port-access.ts';
import type { NewPort } from '../../flows/create-ports.ts';
import type { PortDeps } from './deps.ts';
import type { PortInput } from './port-input.ts';
import { missing } from './request-body.ts';
import { actorAt } from './request-parts.ts';

/** The port of an input. @throws PolicyNotAuthorized if the caller may not create it. */
export function newPort(
  deps: PortDeps,
  request: RouteRequest<unknown, unknown>,
  input: PortInput,
): NewPort {
  const { caller } = request;
  const { values } = input;
  const project_id = values.project_id ?? caller.project_id;
  if (project_id === undefined) throw disallowed('rule:create_port');
  requirePolicy(caller, { project_id }, 'create_port', input);
  const { network_id } = values;
  if (network_id === undefined) throw missing('network_id');
  const port = createdPort(
    {
      id: values.id ?? deps.newId(),
      network_id,
      project_id,
      name: values.name ?? '',
      description: values.description ?? '',
      admin_state_up: values.admin_state_up ?? true,
      device_id: values.device_id ?? '',
      device_owner: values.device_owner ?? '',
      mac_address: values.mac_address ?? deps.newMac(),
      fixed_ips: values.fixed_ips ?? [],
      security_groups: values.security_groups ?? [],
      'binding:host_id': values['binding:host_id'] ?? '',
      'binding:vnic_type': values['binding:vnic_type'] ?? 'normal',
      'binding:profile': values['binding:profile'] ?? '{}',
    },
    { actor: actorAt(request, deps.now()), incarnation: deps.newId() },
  );
  return { port, macGiven: values.mac_address !== undefined };
}

/**
 * Checks that the caller may see the registered networks of new ports. Any other id is accepted.
 * @throws NetworkNotFound
 */
export async function requireNetworks(
  deps: PortDeps,
  caller: Caller,
  requested: readonly NewPort[],
): Promise<void> {
  const ids = new Set(requested.map(({ port }) => port.network_id));
  for (const network of await deps.networks([...ids])) {
    if (!canRead(caller, network)) throw notFound('Network', network.network_id);
  }
}
