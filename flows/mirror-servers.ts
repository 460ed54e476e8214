/** Takes servers of the cloud over into the rows: by the same flows as a feed's registrations. */
import pMap from 'p-map';
import type { Actor } from '../domain/change.ts';
import { targetKey } from '../domain/conditions/condition.ts';
import { type Holds, holdsId } from '../domain/conditions/held-target.ts';
import { DomainError } from '../domain/errors.ts';
import type { Host } from '../domain/hosts/host.ts';
import { settled } from '../domain/hosts/host-fault.ts';
import { hostKey } from '../domain/hosts/host-name.ts';
import type { Difference, Mirrored } from '../domain/mirror/difference.ts';
import { mirroredInstance, seenFacts } from '../domain/mirror/mirrored-instance.ts';
import type { SeenServer } from '../domain/mirror/seen.ts';
import { targetOf } from '../domain/servers/evacuation.ts';
import type { Instance, InstanceFacts } from '../domain/servers/instance.ts';
import { ensureHost } from './ensure-host.ts';
import { deleteInstance, endUnknownInstance, registerInstance } from './register-instance.ts';
import type { RegisterDeps } from './registration.ts';

export type MirrorServersDeps = RegisterDeps & {
  /** Rows read consistently, in any order; unknown ones are left out. */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  readonly hosts: (names: readonly string[]) => Promise<readonly Host[]>;
  /** The conditions that hold a state of a target. */
  readonly holds: (holds_id: string) => Promise<Holds>;
};

/** Who takes the cloud over, and whether only the differences are asked for. */
export type MirrorRun = { readonly actor: Actor; readonly dryRun: boolean };

/** Rows written at once. */
const writesAtOnce = 8;

/**
 * Registers, changes and moves servers as the cloud shows them. Rows are read in batches, and a
 * server that equals its row costs no write.
 * @returns what was done about each server, in their order.
 */
export async function mirrorServers(
  deps: MirrorServersDeps,
  servers: readonly SeenServer[],
  run: MirrorRun,
): Promise<readonly Mirrored[]> {
  const found = await deps.instances(servers.map(({ uuid }) => uuid));
  const rows = new Map(found.map((row) => [row.uuid, row]));
  const hosts = await hostsOf(deps, servers, found);
  return pMap(
    servers,
    async (seen) => {
      const row = rows.get(seen.uuid);
      const hostOf = (name: string | null) =>
        name === null ? undefined : hosts.get(hostKey(name));
      if (isKnown(seen, row, hostOf, run)) return 'same';
      return mirrorServer(deps, seen, row, run);
    },
    { concurrency: writesAtOnce },
  );
}

/** The hosts of servers and of their rows, by `hostKey`; hosts that are not registered are missing. */
async function hostsOf(
  deps: MirrorServersDeps,
  servers: readonly SeenServer[],
  rows: readonly Instance[],
): Promise<ReadonlyMap<string, Host>> {
  const named = [
    ...servers.map(({ facts }) => facts.host),
    ...rows.flatMap((row) => [row.host, targetOf(row)]),
  ];
  const names = [...new Set(named)].filter((name) => name !== null);
  const hosts = names.length === 0 ? [] : await deps.hosts(names);
  return new Map(hosts.map((host) => [hostKey(host.host), host]));
}

type HostOf = (name: string | null) => Host | undefined;

/**
 * Whether the row needs no write. Rows were read before their hosts, so no fault recorded by then
 * is missed.
 */
function isKnown(
  seen: SeenServer,
  row: Instance | undefined,
  hostOf: HostOf,
  { actor }: MirrorRun,
): boolean {
  if (!row || settled(row, hostOf(row.host), hostOf(targetOf(row)))) return false;
  const host = hostOf(seen.facts.host);
  if (seen.facts.host !== null && (!host || host.deleted)) return false;
  const facts = { ...seenFacts(seen, row), host: host?.host ?? null };
  const registration = { facts, reported_at: seen.read_at, actor, newId: () => row.incarnation };
  const { kind } = mirroredInstance(row, seen.uuid, host, registration, { ...seen, held: false });
  return kind === 'same' || kind === 'stale';
}

async function mirrorServer(
  deps: MirrorServersDeps,
  seen: SeenServer,
  row: Instance | undefined,
  { actor, dryRun }: MirrorRun,
): Promise<Mirrored> {
  const { uuid, read_at: reported_at } = seen;
  const before = row?.deleted ? undefined : row;
  if (dryRun) return seenDifference(seen, before);
  try {
    const { host } = seen.facts;
    if (host !== null) await ensureHost(deps, host, { reported_at, actor });
    const held = before?.vm_state === 'error' && (await isHeldInError(deps, uuid));
    const { kind } = await registerInstance(deps, uuid, {
      factsOver: (existing) => seenFacts(seen, existing),
      decide: (existing, id, on, registration) =>
        mirroredInstance(existing, id, on, registration, { ...seen, held }),
      reported_at,
      actor,
    });
    return kind === 'created' || kind === 'changed' ? seenDifference(seen, before) : 'same';
  } catch (error) {
    return failedDifference('server', uuid, error);
  }
}

async function isHeldInError({ holds }: MirrorServersDeps, uuid: string): Promise<boolean> {
  const target = targetKey({ kind: 'server', server_id: uuid });
  return (await holds(holdsId(target, 'server_error'))).holders.length > 0;
}

/** How a server differs from its row. */
function seenDifference({ uuid, facts }: SeenServer, row: Instance | undefined): Difference {
  const of = { resource: 'server', id: uuid } as const;
  if (!row) return { ...of, kind: 'created', detail: `on ${facts.host ?? 'no host'}` };
  if (row.host !== facts.host) {
    const detail = `from ${row.host ?? 'no host'} to ${facts.host ?? 'no host'}`;
    return { ...of, kind: 'moved', detail };
  }
  const detail =
    row.vm_state === facts.vm_state ? '' : `${row.vm_state} here, ${facts.vm_state} in the cloud`;
  return { ...of, kind: 'changed', detail };
}

/** A server that the cloud no longer has. `facts`: what the cloud still shows of it; absent for nothing. */
type ServerEnd = {
  readonly uuid: string;
  readonly read_at: string;
  readonly facts?: InstanceFacts | undefined;
};

/**
 * Deletes a server that the cloud no longer has. One without a row leaves a tombstone, if the cloud
 * still shows its facts.
 * @returns `same` if no server was deleted: none was there, or something newer is known of it.
 */
export async function mirrorServerEnd(
  deps: MirrorServersDeps,
  { uuid, read_at, facts }: ServerEnd,
  { actor, dryRun }: MirrorRun,
): Promise<Mirrored> {
  const row = await deps.instance(uuid);
  const origin = { reported_at: read_at, actor };
  if (!row && facts && !dryRun) await endUnknownInstance(deps, uuid, { facts, ...origin });
  if (!row || row.deleted || row.updated_at >= read_at) return 'same';
  const gone: Difference = { resource: 'server', id: uuid, kind: 'deleted', detail: '' };
  if (dryRun) return gone;
  try {
    const { kind } = await deleteInstance(deps, uuid, origin);
    return kind === 'changed' ? gone : 'same';
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return 'same';
    return failedDifference('server', uuid, error);
  }
}

/**
 * A refusal by Doctor becomes a difference that stays.
 * @throws any other error.
 */
export function failedDifference(
  resource: Difference['resource'],
  id: string,
  error: unknown,
): Difference {
  if (!(error instanceof DomainError)) throw error;
  return { resource, id, kind: 'failed', detail: error.message };
}
