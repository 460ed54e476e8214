/**
 * Neutron, as the function uses it that applies Doctor's state to the cloud.
 * Source: docs/wire/cloud.md#the-data-plane-of-ports.
 */
import * as z from 'zod';
import type { CloudAnswer } from '../../domain/cloud/cloud-answer.ts';
import type { CloudDataPlane } from '../../domain/cloud/cloud-port.ts';
import { answerOf } from './cloud-answer.ts';
import type { CloudSession } from './session.ts';

const service = 'network';

const Ports = z.object({
  ports: z.array(
    z.object({ id: z.string(), data_plane_status: z.enum(['ACTIVE', 'DOWN']).nullable() }),
  ),
});

/** Sends Neutron's requests in a session. */
export const cloudNetwork = ({ request }: Pick<CloudSession, 'request'>) => ({
  /** The data plane of the ports of the ids, at most 50; unknown ports are left out. @throws CloudError */
  cloudPorts: async (ids: readonly string[]): Promise<ReadonlyMap<string, CloudDataPlane>> => {
    const query = new URLSearchParams({ fields: 'id' });
    query.append('fields', 'data_plane_status');
    for (const id of ids) query.append('id', id);
    const path = `/ports?${query}`;
    const { ports } = await request({ service, method: 'GET', path, tries: 2, schema: Ports });
    return new Map(ports.map(({ id, data_plane_status }) => [id, data_plane_status]));
  },

  /** Writes the data plane of a port. */
  setDataPlane: (id: string, data_plane_status: 'ACTIVE' | 'DOWN'): Promise<CloudAnswer> =>
    answerOf(
      request({
        service,
        method: 'PUT',
        path: `/ports/${id}`,
        tries: 2,
        body: { port: { data_plane_status } },
        schema: z.unknown(),
      }),
    ),
});
