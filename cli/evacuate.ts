/**
 * Evacuates servers from a host that is down. The command requests each evacuation, reads the
 * server to check the result, and requests it again if that may help. A repeat is safe: by reading
 * the server, the command recognises one that has moved or is being moved.
 */
import pMap from 'p-map';
import * as z from 'zod';
import { followed } from './follow-evacuation.ts';
import { mayPass, mostRequests, patiently, pauseAfterRefusal } from './patiently.ts';
import { type CliSession, Failure } from './session.ts';

/**
 * The microversion of requests. It has evacuations without `force`, and shows the states of servers
 * of all projects.
 */
const microversion = '2.90';
const compute = { service: 'compute', microversion } as const;

const Named = z.object({ id: z.string(), name: z.string() });
export type Named = z.infer<typeof Named>;

/** `accepted`: the server is being moved; a program outside of Doctor reports its end. */
export type Evacuated = Named & {
  readonly status: 'done' | 'accepted' | 'gone' | 'failed';
  /** The server's new host; null if it did not move, or no longer exists. */
  readonly host: string | null;
  /** Why the evacuation failed; empty if it did not fail. */
  readonly reason: string;
};

export type EvacuationOptions = {
  readonly source: string;
  /** Undefined: Doctor chooses a target for each server. */
  readonly target: string | undefined;
};

const Looked = z.object({
  server: z.looseObject({
    'OS-EXT-STS:vm_state': z.string(),
    'OS-EXT-STS:task_state': z.string().nullable(),
    'OS-SRV-USG:launched_at': z.string().nullable(),
    'OS-EXT-SRV-ATTR:host': z.string().nullable(),
    fault: z.object({ message: z.string() }).optional(),
  }),
});
type Looked = z.infer<typeof Looked>['server'];

/**
 * True if a 409 says that another change of the server is under way, false if it is about the
 * server's state. Source: nova `evacuate`.
 */
const isRivalry = ({ status }: Failure, server: Looked): boolean =>
  status === 409 &&
  ['active', 'stopped', 'error'].includes(server['OS-EXT-STS:vm_state']) &&
  server['OS-SRV-USG:launched_at'] !== null;

/** Requests an evacuation. Returns the failure, or undefined if the request succeeded. */
async function refusalOf(asking: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await asking;
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

const pathOf = (id: string): string => `/servers/${encodeURIComponent(id)}`;

/** The present state of a server; undefined if the server does not exist. */
export async function look(session: CliSession, id: string): Promise<Looked | undefined> {
  try {
    return Looked.parse(await patiently(session, { ...compute, path: pathOf(id) })).server;
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Evacuates one server. A failure is an outcome, not an error. `onProgress` gets each intermediate
 * state.
 */
export async function evacuateServer(
  session: CliSession,
  { id, name }: Named,
  evacuation: EvacuationOptions,
  onProgress: (text: string) => void = () => {},
): Promise<Evacuated> {
  const ended = (
    status: Evacuated['status'],
    { host = null, reason = '' }: { host?: string | null; reason?: string } = {},
  ): Evacuated => ({ id, name, status, host, reason });
  try {
    const first = await untilEnded(session, id, evacuation, ended);
    if (first.status !== 'accepted') return first;
    const end = await followed(session, id, (text) => onProgress(`${name || id}: ${text}`));
    return end ? ended(end.status, end) : first;
  } catch (error) {
    if (error instanceof Failure) return ended('failed', { reason: error.message });
    if (error instanceof z.ZodError) return ended('failed', { reason: 'Doctor’s answer is odd.' });
    throw error;
  }
}

async function untilEnded(
  session: CliSession,
  id: string,
  { source, target }: EvacuationOptions,
  ended: (
    status: Evacuated['status'],
    more?: { host?: string | null; reason?: string },
  ) => Evacuated,
): Promise<Evacuated> {
  const body = { evacuate: target === undefined ? {} : { host: target } };
  const action = { ...compute, method: 'POST', path: `${pathOf(id)}/action`, body } as const;
  for (let tries = 1; ; tries++) {
    const refusal = await refusalOf(session.ask(action));
    const server = await look(session, id);
    if (!server) return ended('gone');
    const host = server['OS-EXT-SRV-ATTR:host'];
    if (host?.toLowerCase() !== source.toLowerCase()) return ended('done', { host });
    if (server['OS-EXT-STS:task_state'] === 'rebuilding') return ended('accepted');
    // The API also accepts the request if it finds no target for the server.
    if (!refusal) return ended('failed', { reason: server.fault?.message ?? 'It did not move.' });
    const again = mayPass(refusal) || isRivalry(refusal, server);
    if (!again || tries >= mostRequests) return ended('failed', { reason: refusal.message });
    await pauseAfterRefusal(tries, refusal);
  }
}

const Servers = z
  .object({
    servers: z.array(Named),
    servers_links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
  })
  .transform(({ servers, servers_links }) => ({
    servers,
    next: servers_links.find(({ rel }) => rel === 'next')?.href,
  }));

/**
 * The servers of all projects on a host that is down.
 * @throws Failure if there is no such host, or its service is up, since servers cannot be evacuated
 * then.
 */
export async function serversOf(session: CliSession, host: string): Promise<Named[]> {
  const named = new URLSearchParams({ host, binary: 'nova-compute' });
  const services = z
    .object({ services: z.array(z.object({ state: z.string() })) })
    .parse(await patiently(session, { ...compute, path: `/os-services?${named}` })).services;
  if (services.length === 0) throw new Failure(`Compute host ${host} could not be found.`);
  if (services.some(({ state }) => state === 'up')) {
    throw new Failure(`The service of ${host} is up. Fence the host and report it down first.`);
  }
  const servers: Named[] = [];
  const first = `/servers?${new URLSearchParams({ all_tenants: '1', host })}`;
  for (let path: string | undefined = first; path !== undefined; ) {
    const page = Servers.parse(await patiently(session, { ...compute, path }));
    servers.push(...page.servers);
    path = page.next;
  }
  return servers;
}

/**
 * Evacuates the servers, `jobs` at once. `onOutcome` gets each outcome when it is known; the result
 * has the servers' order.
 */
export async function evacuateAll(
  session: CliSession,
  servers: readonly Named[],
  {
    jobs,
    onOutcome,
    onProgress,
    ...evacuation
  }: EvacuationOptions & {
    jobs: number;
    onOutcome: (one: Evacuated) => void;
    onProgress?: (text: string) => void;
  },
): Promise<Evacuated[]> {
  const one = async (server: Named): Promise<Evacuated> => {
    const outcome = await evacuateServer(session, server, evacuation, onProgress);
    onOutcome(outcome);
    return outcome;
  };
  return pMap(servers, one, { concurrency: jobs });
}
