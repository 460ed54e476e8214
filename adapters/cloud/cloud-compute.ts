/**
 * Nova, as the function uses it that applies Doctor's state to the cloud. `os-stop` is not among the
 * requests: Nova keeps it for a host that is down until the host comes back.
 * Source: docs/wire/cloud.md#services-of-nova, docs/wire/cloud.md#evacuation-by-nova.
 */
import * as z from 'zod';
import type { CloudAnswer } from '../../domain/cloud/cloud-answer.ts';
import type { CloudEvacuation, CloudServer } from '../../domain/cloud/move-step.ts';
import { isSameHost } from '../../domain/hosts/host-name.ts';
import type { CloudService } from '../../flows/cloud-service.ts';
import { answerOf, ifFound } from './cloud-answer.ts';
import { CloudError } from './cloud-error.ts';
import type { CloudRequest, CloudSession } from './session.ts';

/** From 2.95 on an evacuated server ends in SHUTOFF. */
const microversion = '2.94';

/** The queue tries again, later: so a request is not repeated for long within one invocation. */
const patience = { tries: 2, timeoutMs: 10_000 } as const;

const Nothing = z.unknown();

const Services = z.object({
  services: z.array(z.object({ id: z.string(), host: z.string(), forced_down: z.boolean() })),
});

const Server = z
  .object({
    id: z.string(),
    'OS-EXT-SRV-ATTR:host': z.string().nullable(),
    'OS-EXT-STS:vm_state': z.string(),
    'OS-EXT-STS:task_state': z.string().nullable(),
    fault: z.object({ message: z.string() }).optional(),
  })
  .transform((server) => ({
    id: server.id,
    host: server['OS-EXT-SRV-ATTR:host'],
    vm_state: server['OS-EXT-STS:vm_state'],
    task_state: server['OS-EXT-STS:task_state'],
    fault: server.fault?.message ?? null,
  }));

/** A page, and the address of the next one. */
const Links = z.array(z.object({ rel: z.string(), href: z.string() })).default([]);
const Servers = z.object({ servers: z.array(Server), servers_links: Links });

const Migrations = z.object({
  migrations: z.array(
    z.object({ id: z.int(), status: z.string(), dest_compute: z.string().nullable() }),
  ),
});

/** The most servers on one page. */
const pageSize = '500';

type AskNova = <T>(request: Omit<CloudRequest<T>, 'service' | 'microversion'>) => Promise<T>;

/** The requests that change nothing. */
const novaReads = (ask: AskNova) => ({
  /** The nova-compute service of a host; undefined if there is none. @throws CloudError */
  cloudService: async (host: string): Promise<CloudService | undefined> => {
    const query = { binary: 'nova-compute', host };
    const { services } = await ask({
      method: 'GET',
      path: '/os-services',
      query,
      schema: Services,
    });
    return services.find((service) => isSameHost(service.host, host));
  },

  /** The servers on a host, by uuid. @throws CloudError */
  cloudServersOn: async (host: string): Promise<ReadonlyMap<string, CloudServer>> => {
    const found = new Map<string, CloudServer>();
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const query = {
        all_tenants: '1',
        host,
        limit: pageSize,
        ...(marker !== '' && { marker }),
      };
      const page: z.infer<typeof Servers> = await ask({
        method: 'GET',
        path: '/servers/detail',
        query,
        schema: Servers,
      });
      for (const { id, ...server } of page.servers) found.set(id, server);
      const hasNext = page.servers_links.some(({ rel }) => rel === 'next');
      const next = hasNext ? page.servers.at(-1)?.id : undefined;
      if (next !== undefined && next === marker) {
        throw new CloudError('unreadable', `the page after ${next} ends with ${next} again`);
      }
      marker = next;
    }
    return found;
  },

  /** A server; undefined if there is none. @throws CloudError */
  cloudServer: async (uuid: string): Promise<CloudServer | undefined> => {
    const schema = z.object({ server: Server });
    const found = await ifFound(ask({ method: 'GET', path: `/servers/${uuid}`, schema }));
    return found?.server;
  },

  /** The newest evacuations of a server. @throws CloudError */
  cloudEvacuations: async (uuid: string): Promise<CloudEvacuation[]> => {
    const query = { instance_uuid: uuid, migration_type: 'evacuation' };
    const { migrations } = await ask({
      method: 'GET',
      path: '/os-migrations',
      query,
      schema: Migrations,
    });
    return migrations.map(({ id, status, dest_compute }) => ({ id, status, dest: dest_compute }));
  },
});

/** Sends Nova's requests in a session. */
export function cloudCompute(session: Pick<CloudSession, 'request'>) {
  const ask: AskNova = (request) =>
    session.request({ service: 'compute', microversion, ...patience, ...request });
  const act = (uuid: string, body: unknown, tries: number): Promise<CloudAnswer> =>
    answerOf(
      ask({ method: 'POST', path: `/servers/${uuid}/action`, body, schema: Nothing, tries }),
    );

  return {
    ...novaReads(ask),

    /** Writes `forced_down`. Nova answers the same if the service has the value. */
    forceDown: async ({ id }: CloudService, forced_down: boolean): Promise<CloudAnswer> => {
      let unanswered = false;
      const answer = await answerOf(
        ask({
          method: 'PUT',
          path: `/os-services/${encodeURIComponent(id)}`,
          body: { forced_down },
          schema: Nothing,
          onUnanswered: () => {
            unanswered = true;
          },
        }),
      );
      return answer.kind === 'accepted' && unanswered ? { ...answer, unanswered } : answer;
    },

    /** Puts a server in error. The request may be repeated. */
    resetToError: (uuid: string): Promise<CloudAnswer> =>
      act(uuid, { 'os-resetState': { state: 'error' } }, patience.tries),

    /** Requests an evacuation, once: a second request breaks the server. @param target null: Nova chooses. */
    evacuateInCloud: (uuid: string, target: string | null): Promise<CloudAnswer> =>
      act(uuid, { evacuate: target === null ? {} : { host: target } }, 1),
  };
}
