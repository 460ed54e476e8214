/**
 * The stand-in's Neutron, with the requests that the data plane of ports needs. It repeats recorded
 * answers of Neutron 29.
 */
import * as z from 'zod';
import type { Served, ServedAnswer } from './served.ts';

const refusal = (status: number, type: string, message: string): ServedAnswer => ({
  status,
  body: { NeutronError: { type, message, detail: '' } },
});

const Body = z.object({ port: z.object({ data_plane_status: z.unknown() }) });

/** Neutron with ports of these statuses. `writes`: each change in its order. */
export function makeFaultNeutron(given: Readonly<Record<string, 'ACTIVE' | 'DOWN' | null>>) {
  const ports = new Map(Object.entries(given));
  const writes: string[] = [];
  const serve: Served = ({ method, below, query, body }) => {
    if (below === '/v2.0/ports') {
      const ids = query.getAll('id');
      const shown = [...ports].filter(([id]) => ids.length === 0 || ids.includes(id));
      return {
        status: 200,
        body: { ports: shown.map(([id, data_plane_status]) => ({ id, data_plane_status })) },
      };
    }
    const id = below.split('/').at(-1) ?? '';
    if (!ports.has(id)) return refusal(404, 'PortNotFound', `Port ${id} could not be found.`);
    if (method !== 'PUT') return undefined;
    const { data_plane_status } = Body.parse(body).port;
    if (data_plane_status === null)
      return refusal(500, 'HTTPInternalServerError', 'Internal error');
    if (data_plane_status !== 'ACTIVE' && data_plane_status !== 'DOWN') {
      return refusal(400, 'HTTPBadRequest', `Invalid input for data_plane_status.`);
    }
    ports.set(id, data_plane_status);
    writes.push(`${id} ${data_plane_status}`);
    return { status: 200, body: { port: { id, data_plane_status } } };
  };
  return { ports, writes, serve };
}
