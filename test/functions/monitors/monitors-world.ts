/**
 * All receivers of reports, on tables in memory: requests go through the composed function of all
 * surfaces of monitors, and messages through the function of the queue of reports.
 */

import { targetKey } from '../../../domain/conditions/condition.ts';
import type { ReceivedNotification } from '../../../domain/conditions/received-notification.ts';
import { type SourceRow, sourceOf } from '../../../domain/conditions/source.ts';
import type { DeadLetter } from '../../../domain/events/messages.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { withImpliedRoles } from '../../../domain/identity/access.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { compose } from '../../../functions/monitors/compose.ts';
import { compose as composeReceiver } from '../../../functions/report-receiver/compose.ts';
import { hostWith, id, instanceWith } from '../../domain/rows.ts';
import { conditionsWorld } from '../../flows/conditions-world.ts';
import { portsWorld } from '../../flows/ports-world.ts';
import { worldOf } from '../../flows/world.ts';
import { type Call, call, lambdaContext, quiet } from '../call.ts';
import { queued } from '../consumers/lambda.ts';

/** The hosts that the samples of `samples/` name. */
const registered: readonly Host[] = ['compute-1', 'compute-2', 'node-a', 'node-b'].map((host, n) =>
  hostWith({ host, hypervisor_id: id(40 + n), service_id: id(50 + n) }),
);

/** The header that monitors send with a password, or with an application credential. */
export const basic = { Authorization: `Basic ${Buffer.from('monitor:secret').toString('base64')}` };
export const bearer = { Authorization: 'Bearer monitor' };

/** No host sends heartbeats here. */
const beats = {
  seenUp: async () => 'unknown' as const,
  seenUpTogether: async (names: readonly string[]) => names,
};

/** Callers are named by their roles. Each sends its name as a token, as Bearer or as Basic. */
const callerOf = (authorization: string | undefined, token: string | undefined) => {
  const [scheme, secret = ''] = authorization?.split(' ') ?? [];
  const basic = Buffer.from(secret, 'base64').toString().split(':')[0];
  const name = token ?? (scheme === 'Basic' ? basic : secret);
  if (!name) throw unauthenticated();
  const roles = withImpliedRoles(name.split('+'));
  return { user_id: name, user_name: name, project_id: 'ops', roles };
};

/** The surfaces, with hosts `compute-1`, `compute-2`, `node-a` and `node-b`, unless others are given. */
export function monitorsWorld(hosts: readonly Host[] = registered) {
  const instances = [instanceWith({ uuid: id(10) })];
  const rows = worldOf({ hosts: [...hosts], instances });
  const world = conditionsWorld(rows, portsWorld(2, { 'binding:host_id': 'compute-1' }));
  const kept: ReceivedNotification[] = [];
  const sources = new Map<string, SourceRow>();
  /** `storeIsOut`: every read of a condition fails. `storeHangs`: it never ends. */
  const state = { now: '2026-11-20T08:16:30.000Z', storeIsOut: false, storeHangs: false };
  const { ports, conditions, unmatched, deps } = world;
  const live = hosts.filter(({ deleted }) => !deleted);
  const read = async (condition_ids: readonly string[]) => {
    if (state.storeIsOut) throw new Error('throttled');
    if (state.storeHangs) await Promise.withResolvers<void>().promise;
    return condition_ids.flatMap((condition_id) => conditions.get(condition_id) ?? []);
  };
  const common = {
    ...ports.deps,
    ...rows.deps,
    ...deps,
    condition: async (condition_id: string) => (await read([condition_id]))[0],
    conditions: read,
    saveDataPlane: ports.deps.saveReport,
    portIds: ({ value }: { readonly value: string }) => ports.deps.portsOn(value),
    source: async (name: string) => sourceOf(name, sources.get(name)),
    now: () => state.now,
  };
  const surface = compose({
    ...common,
    publicUrl: 'https://api.test/api',
    logger: quiet,
    authenticate: async ({ authorization, 'x-auth-token': token }) =>
      callerOf(authorization, token),
    raisedBy: async (source) =>
      [...conditions.values()].filter((row) => row.source === source && row.state === 'raised'),
    conditionPages: async function* () {
      yield [...conditions.values()];
    },
    unmatchedPages: async function* () {
      yield unmatched;
    },
    sourceRows: async (names) => names.flatMap((name) => sources.get(name) ?? []),
    sourceNames: async () => [...sources.keys()],
    saveSource: async (row) => {
      sources.set(row.name, row);
    },
    deleteSource: async (name) => sources.delete(name),
    keepNotification: async (notification) => {
      kept.unshift(notification);
    },
    notification: async (uuid) => kept.find(({ notification_uuid }) => notification_uuid === uuid),
    notifications: async () => kept,
    zones: async () => [{ name: 'nova' }],
    allHosts: async () => live,
    newId: () => id(1000 + kept.length),
  });
  const refused: DeadLetter[] = [];
  const receiver = composeReceiver({
    ...common,
    ...beats,
    sendOutside: async () => undefined,
    safeLaneDelaySeconds: 5,
    serviceDownTimeSeconds: 60,
    deadLetter: async () => undefined,
    refuse: async (letters) => {
      refused.push(...letters);
    },
    log: quiet,
  });
  /** Sends a request to a path with its query, such as `/doctor/v1/alertmanager?source=dc1`. */
  const send = (
    method: string,
    url: string,
    body: unknown,
    headers: Call['headers'] = { 'X-Auth-Token': 'monitor' },
  ) => {
    const { pathname, searchParams } = new URL(url, 'https://api.test');
    const query = Object.fromEntries(
      [...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]),
    );
    return call(surface, { method, path: pathname, query, headers, body });
  };
  /** Takes messages of the queue of reports. @returns the ids of those that are delivered again. */
  const take = async (...bodies: readonly unknown[]) => {
    const messages = queued(...bodies.map((body) => ({ body, sentAt: state.now })));
    const { batchItemFailures } = await receiver(messages, lambdaContext);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  /** Each condition as `source target effect state`, in the order in which they were made. */
  const shown = () =>
    [...conditions.values()].map(
      ({ source, target, effect, state: now }) =>
        `${source} ${targetKey(target).replace(/^.*#/, '')} ${effect} ${now}`,
    );
  const downHosts = () =>
    [...world.hosts.values()].filter(({ forced_down }) => forced_down).map(({ host }) => host);
  return { ...world, send, take, shown, downHosts, state, kept, refused, sources };
}
