/** Hosts and instances in memory, as in the tables, for tests of flows. */

import { type Condition, cleared } from '../../domain/conditions/condition.ts';
import type { Unmatched } from '../../domain/conditions/unmatched.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { WriteProof } from '../../domain/events/messages.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import type { Host } from '../../domain/hosts/host.ts';
import { isSameHost } from '../../domain/hosts/host-name.ts';
import type { HostReport } from '../../domain/hosts/service-update.ts';
import {
  countsDeparture,
  type Departures,
  type Evacuation,
  noDepartures,
  targetOf,
} from '../../domain/servers/evacuation.ts';
import type { Instance } from '../../domain/servers/instance.ts';
import type { InstanceChange } from '../../flows/apply-fault.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import type { ConditionWrite, WrittenWith } from '../../flows/write-report.ts';
import { id } from '../domain/rows.ts';

/** Whether a row is as it was read; `undefined` for no row. */
function isAsRead(row: Host | Instance | undefined, from: Host | Instance | undefined): boolean {
  return JSON.stringify(row) === JSON.stringify(from);
}

export type World = ReturnType<typeof worldOf>;

/** A world with these rows. `meanwhile` runs once, just before the next write, as another writer. */
export function worldOf(given: { hosts?: Host[]; instances?: Instance[] } = {}) {
  const hosts = new Map((given.hosts ?? []).map((host) => [host.host, host]));
  const instances = new Map((given.instances ?? []).map((row) => [row.uuid, row]));
  const faults = new Map<string, Fault>();
  const conditions = new Map<string, Condition>();
  const unmatched: Unmatched[] = [];
  /** As the table does it: renewals do not count. */
  const isConditionAsRead = ({ from, to }: ConditionWrite): boolean =>
    conditions.get(to.condition_id)?.revision === from?.revision;
  /** The events, in the order in which they were published. */
  const sent: DoctorEvent[] = [];
  /** Events that were sent beside their transaction, by the id that it writes. */
  const unproven = new Map<string, readonly DoctorEvent[]>();
  const writeIds = new Set<string>();
  const interruptions: string[] = [];
  /** Hosts that were recorded as sending heartbeats again. */
  const heard: string[] = [];
  const writes: string[] = [];
  /** Copies of the newest record of each evacuation, by uuid. */
  const migrations = new Map<string, Evacuation & { readonly instance_uuid: string }>();
  const departures = new Map<string, Departures>();
  const left = (source: string) => departures.get(source) ?? noDepartures;
  const state: {
    meanwhile: (() => void) | undefined;
    ids: number;
    /** Instances that the index by host does not show yet. */
    hidden: Set<string>;
    /** Instances that the index by host still shows as they were. */
    behind: Map<string, Instance>;
  } = { meanwhile: undefined, ids: 500, hidden: new Set(), behind: new Map() };
  const others = () => {
    const run = state.meanwhile;
    state.meanwhile = undefined;
    run?.();
  };

  /** Writes a row with the copy of its evacuation; false if the source was restarted since. */
  const put = (from: Instance | undefined, to: Instance): boolean => {
    const { evacuation, uuid } = to;
    if (evacuation && JSON.stringify(from?.evacuation) !== JSON.stringify(evacuation)) {
      const { done, ...rest } = left(evacuation.source);
      if (countsDeparture(evacuation)) {
        if (evacuation.source_restarts !== rest.restarts) return false;
        departures.set(evacuation.source, { ...rest, done: done + 1 });
      }
      migrations.set(evacuation.uuid, { ...evacuation, instance_uuid: uuid });
    }
    instances.set(uuid, to);
    return true;
  };

  /** The host of another spelling of the name. */
  const spelt = (name: string) => [...hosts.values()].find(({ host }) => isSameHost(host, name));

  const deps = {
    departures: async (source: string) => left(source),
    departuresFrom: async (sources: readonly string[]) =>
      new Map(sources.map((source) => [source, left(source)])),
    noteRestart: async (source: string, at: string) => {
      const { restarts } = left(source);
      departures.set(source, { done: 0, restarts: restarts + 1, restarted_at: at });
      return 'noted' as const;
    },
    nextMigrationNumber: async () => ++state.ids,
    host: async (name: string) => hosts.get(name) ?? spelt(name),
    hosts: async (names: readonly string[]) => names.flatMap((name) => hosts.get(name) ?? []),
    hostsNamed: async (names: readonly string[]) =>
      new Map(
        names.flatMap((name) => {
          const row = hosts.get(name) ?? spelt(name);
          return row ? [[name, row] as const] : [];
        }),
      ),
    instance: async (uuid: string) => instances.get(uuid),
    instances: async (uuids: readonly string[]) =>
      uuids.flatMap((uuid) => instances.get(uuid) ?? []),
    instancesOn: async function* (host: string) {
      const shown = [...instances.values()].filter(
        (row) => row.host === host && !row.deleted && !state.hidden.has(row.uuid),
      );
      yield shown.map(({ uuid }) => uuid);
    },
    copiesOn: async function* (host: string) {
      const shown = [...instances.values()].map((row) => state.behind.get(row.uuid) ?? row);
      yield shown.filter((row) => row.host === host && !row.deleted && !state.hidden.has(row.uuid));
    },
    instancesTo: async function* (host: string) {
      const shown = [...instances.values()].filter(
        (row) => targetOf(row) === host && !row.deleted && !state.hidden.has(row.uuid),
      );
      yield shown.map(({ uuid }) => uuid);
    },
    change: async (changes: readonly InstanceChange[]) => {
      others();
      return changes.filter(({ from, to }) => {
        if (!isAsRead(instances.get(from.uuid), from)) return true;
        put(from, to);
        writes.push(`change ${to.uuid}`);
        return false;
      });
    },
    saveInstance: async (
      from: Instance | undefined,
      to: Instance,
      standing: readonly ExpectedHost[] = [],
    ) => {
      others();
      if (!isAsRead(instances.get(to.uuid), from)) return false;
      if (standing.some(({ host }) => !isAsRead(hosts.get(host.host), host))) return false;
      if (!put(from, to)) return false;
      writes.push(`instance ${to.uuid}`);
      return true;
    },
    saveHost: async (from: Host | undefined, to: Host) => {
      others();
      if (!isAsRead(hosts.get(to.host), from)) return false;
      hosts.set(to.host, to);
      writes.push(`host ${to.host}`);
      return true;
    },
    saveReport: async (
      from: Host,
      { host, fault, ended }: HostReport,
      condition?: ConditionWrite,
    ) => {
      others();
      if (!isAsRead(hosts.get(host.host), from)) return false;
      if (condition && !isConditionAsRead(condition)) return false;
      if (from.forced_down && !host.forced_down && !host.deleted && left(host.host).done > 0) {
        return false;
      }
      hosts.set(host.host, host);
      if (fault && 'opened' in fault) faults.set(fault.opened.fault_id, fault.opened);
      for (const [id, each] of faults) {
        const closed = fault && 'closed' in fault && fault.closed === each.number;
        if (closed) faults.set(id, { ...each, cleared_at: host.last_change.at });
      }
      if (condition) conditions.set(condition.to.condition_id, condition.to);
      for (const { condition_id } of ended?.holders ?? []) {
        const row = conditions.get(condition_id);
        const by = { actor: host.last_change };
        const end = { held: false, reason: ended?.reason ?? '' };
        if (row) conditions.set(condition_id, cleared(row, by, end));
      }
      writes.push(`report ${host.host}`);
      return true;
    },
    condition: async (id: string) => conditions.get(id),
    conditions: async (ids: readonly string[]) => ids.flatMap((id) => conditions.get(id) ?? []),
    saveCondition: async (change: ConditionWrite) => {
      others();
      if (!isConditionAsRead(change)) return false;
      conditions.set(change.to.condition_id, change.to);
      writes.push('condition');
      return true;
    },
    keepUnmatched: async (items: readonly Unmatched[]) => {
      unmatched.push(...items);
    },
    saveWhole: async (
      from: Host,
      report: HostReport,
      changes: readonly InstanceChange[],
      { condition, write_id }: WrittenWith = {},
    ) => {
      others();
      const { host, fault } = report;
      if (!isAsRead(hosts.get(host.host), from)) return false;
      if (condition && !isConditionAsRead(condition)) return false;
      if (changes.some((change) => !isAsRead(instances.get(change.from.uuid), change.from))) {
        return false;
      }
      hosts.set(host.host, host);
      if (fault && 'opened' in fault) faults.set(fault.opened.fault_id, fault.opened);
      if (condition) conditions.set(condition.to.condition_id, condition.to);
      for (const change of changes) put(change.from, change.to);
      if (write_id) {
        writeIds.add(write_id);
        sent.push(...(unproven.get(write_id) ?? []));
      }
      writes.push(`report ${host.host} with ${changes.map(({ to }) => to.uuid).join(' ')}`);
      return true;
    },
    noteHeard: async (host: string) => {
      heard.push(host);
      return 'noted' as const;
    },
    nextServiceNumber: async () => ++state.ids,
    newId: () => id(++state.ids),
    send: async (events: readonly DoctorEvent[]) => {
      sent.push(...events);
    },
    sendBeside: async (events: readonly DoctorEvent[], { write_id }: WriteProof) => {
      unproven.set(write_id, events);
      if (writeIds.has(write_id)) sent.push(...events);
    },
    interrupted: (step: string) => {
      interruptions.push(step);
    },
  };
  return {
    deps,
    hosts,
    instances,
    migrations,
    departures,
    faults,
    conditions,
    unmatched,
    sent,
    heard,
    interruptions,
    writes,
    state,
  };
}

/** The value of a trait of an event. */
export const traitOf = ({ traits }: DoctorEvent, name: string) =>
  traits.find(([given]) => given === name)?.[2];
