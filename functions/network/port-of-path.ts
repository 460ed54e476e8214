/** Reads and changes the port that a path names. */

import type { RouteRequest } from '../../adapters/http/route.ts';
import type { Port } from '../../domain/ports/port.ts';
import { notFound, visiblePort } from '../../domain/ports/port-access.ts';
import type { PortDeps } from './deps.ts';
import { idOf } from './request-parts.ts';

/** The caller and the path of a request. */
type PathRequest = Pick<RouteRequest<unknown, unknown>, 'caller' | 'params'>;

/** The port of the path, if the caller may know of it. @throws PortNotFound */
export async function readPort(
  deps: Pick<PortDeps, 'readPorts'>,
  { caller, params: { id: text = '' } }: PathRequest,
): Promise<Port> {
  const id = idOf(text);
  const [found] = id === undefined ? [] : await deps.readPorts([id]);
  return visiblePort(caller, text, found);
}

/** Changes the port of the path, if the caller may know of it. @throws PortNotFound */
export function changePortOfPath(
  deps: PortDeps,
  { caller, params: { id: text = '' } }: PathRequest,
  decide: (port: Port) => Port | undefined,
): Promise<Port> {
  const id = idOf(text);
  if (id === undefined) throw notFound('Port', text);
  return deps.changePort(id, (port) => decide(visiblePort(caller, text, port)));
}
