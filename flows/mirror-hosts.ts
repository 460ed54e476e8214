/** Takes the compute services of the cloud over into the rows of hosts. */
import pMap from 'p-map';
import { hostEvent } from '../domain/events/event.ts';
import type { Host } from '../domain/hosts/host.ts';
import { hostKey } from '../domain/hosts/host-name.ts';
import type { ListedHost } from '../domain/hosts/listed-host.ts';
import { type Compared, tooManyMissing } from '../domain/mirror/deletions.ts';
import type { Difference } from '../domain/mirror/difference.ts';
import { hasCloudFacts, mirroredHost } from '../domain/mirror/mirrored-host.ts';
import type { CloudHypervisor, NovaService } from '../domain/mirror/seen.ts';
import { type DeleteHostDeps, deleteHost } from './delete-host.ts';
import { sendExpress } from './events-out.ts';
import { failedDifference, type MirrorRun } from './mirror-servers.ts';
import type { RegisterDeps } from './registration.ts';
import { untilWritten } from './retry.ts';

export type MirrorHostsDeps = RegisterDeps &
  DeleteHostDeps & {
    /** Every registered host, read consistently. */
    readonly allHosts: () => Promise<readonly ListedHost[]>;
    /** Rows read consistently, in any order; unknown names are left out. */
    readonly hosts: (names: readonly string[]) => Promise<readonly Host[]>;
  };

/** Hosts written at once. */
const hostsAtOnce = 4;

/** All compute services of the cloud, and what is known of their hypervisors. */
export type CloudHosts = {
  readonly services: readonly NovaService[];
  readonly hypervisors: readonly CloudHypervisor[];
};

/**
 * Registers the hosts that the cloud has, updates their facts, and deletes those that the cloud had
 * and has no longer.
 * @param thorough false: only new hosts and new zones are looked for, which reads the list of hosts
 * and no rows.
 * @param mayEnd whether hosts that are missing may be deleted.
 */
export async function mirrorHosts(
  deps: MirrorHostsDeps,
  { services, hypervisors }: CloudHosts,
  run: MirrorRun & { readonly thorough: boolean; readonly mayEnd: (compared: Compared) => boolean },
): Promise<readonly Difference[]> {
  const listed = new Map((await deps.allHosts()).map((host) => [hostKey(host.host), host]));
  const capacity = new Map(hypervisors.map((each) => [hostKey(each.host), each]));
  const rows = run.thorough ? await deps.hosts([...listed.values()].map(({ host }) => host)) : [];
  const marked = new Set(rows.filter(({ mirrored }) => mirrored).map(({ host }) => hostKey(host)));
  const made = await pMap(
    services,
    async (service) => {
      const key = hostKey(service.host);
      const there = listed.get(key);
      const hypervisor = capacity.get(key);
      const known = there && hasCloudFacts(there, service, hypervisor);
      if (known && (!run.thorough || marked.has(key))) return [];
      return mirrorHost(deps, { service, hypervisor, there }, run);
    },
    { concurrency: hostsAtOnce },
  );
  const shown = new Set(services.map(({ host }) => hostKey(host)));
  const gone = rows.filter(({ mirrored, host }) => mirrored && !shown.has(hostKey(host)));
  const isAllowed = run.mayEnd({ known: marked.size, missing: gone.length });
  const ended = await pMap(
    gone,
    ({ host }) => (isAllowed ? mirrorHostEnd(deps, host, run) : heldHost(host)),
    { concurrency: hostsAtOnce },
  );
  return [...made.flat(), ...ended.flat()];
}

const heldHost = (host: string): readonly Difference[] => [
  { resource: 'host', id: host, kind: 'held', detail: tooManyMissing },
];

type CloudHost = {
  readonly service: NovaService;
  readonly hypervisor: CloudHypervisor | undefined;
  /** Undefined if no host of the name is registered. */
  readonly there: ListedHost | undefined;
};

async function mirrorHost(
  deps: MirrorHostsDeps,
  { service, hypervisor, there }: CloudHost,
  { actor, dryRun }: MirrorRun,
): Promise<readonly Difference[]> {
  const of = { resource: 'host', id: service.host, detail: '' } as const;
  if (dryRun) {
    if (!there) return [{ ...of, kind: 'created' }];
    return hasCloudFacts(there, service, hypervisor) ? [] : [{ ...of, kind: 'changed' }];
  }
  const { kind, row } = await untilWritten(async () => {
    const from = await deps.host(service.host);
    const service_number =
      from && !from.deleted ? from.service_number : await deps.nextServiceNumber();
    const made = { actor, newId: deps.newId, service_number };
    const next = mirroredHost(from, service, hypervisor, made);
    if (next.kind === 'same' || next.kind === 'stale') return next;
    return (await deps.saveHost(from, next.row)) ? next : undefined;
  });
  if (kind !== 'created' && kind !== 'changed') return [];
  await sendExpress(deps, [hostEvent(row)]);
  return [{ ...of, kind }];
}

/** Deletes a host whose service the cloud no longer has. One that still has servers stays. */
async function mirrorHostEnd(
  deps: MirrorHostsDeps,
  host: string,
  { actor, dryRun }: MirrorRun,
): Promise<readonly Difference[]> {
  const gone: Difference = { resource: 'host', id: host, kind: 'deleted', detail: '' };
  if (dryRun) return [gone];
  try {
    await deleteHost(deps, host, actor);
    return [gone];
  } catch (error) {
    return [failedDifference('host', host, error)];
  }
}
