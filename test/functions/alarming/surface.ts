/** The alarming surface on stores in memory, and common steps of its tests. */
import { expect } from 'vitest';
import * as z from 'zod';
import type { AlarmChange } from '../../../domain/alarms/alarm-history.ts';
import { alarmSortKey } from '../../../domain/alarms/alarm-index.ts';
import { sortKeyOf } from '../../../domain/alarms/history-shards.ts';
import type { AnyAlarm } from '../../../domain/alarms/periodic-alarm.ts';
import { projectOfEvent } from '../../../domain/events/event.ts';
import type { RecentEvent } from '../../../domain/events/recent-event.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { slices } from '../../../domain/slices.ts';
import { type AlarmingDeps, alarmingApis } from '../../../functions/alarming/handler.ts';
import { type Call, call, quiet } from '../call.ts';

const callers: Record<string, { project_id: string; roles: string[] }> = {
  admin: { project_id: 'ops', roles: ['admin', 'member', 'reader'] },
  member: { project_id: 'a', roles: ['member', 'reader'] },
  reader: { project_id: 'a', roles: ['reader'] },
  memberOfB: { project_id: 'b', roles: ['member', 'reader'] },
  roleless: { project_id: 'a', roles: [] },
};

type Moment = {
  /** The number of pages read from an index. */
  pagesRead: number;
  /** Another writer. It runs once, between the read and the write of a change. */
  meanwhile: (() => void) | undefined;
};

/** The tables of the surface in memory, and their disturbances. */
type Tables = {
  readonly rows: Map<string, AnyAlarm>;
  readonly history: AlarmChange[];
  /** The quotas of projects. */
  readonly limits: Map<string, number>;
  /** The events of the last day, the newest first. */
  readonly recent: RecentEvent[];
  readonly moment: Moment;
};

/** Pages of two rows, by time, as from an index. */
function* pagesOf<T>(
  moment: Moment,
  all: readonly T[],
  keyOf: (one: T) => string,
  { oldestFirst = false, after }: { oldestFirst?: boolean; after?: string | undefined },
) {
  const sign = oldestFirst ? 1 : -1;
  const behind = (key: string) => after === undefined || key < after !== oldestFirst;
  const sorted = all
    .filter((one) => behind(keyOf(one)) && keyOf(one) !== after)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -sign : sign));
  for (const page of slices(sorted, 2)) {
    moment.pagesRead += 1;
    yield page;
  }
}

/** Lets the other writer write, if there is one. Returns whether there was one. */
function interrupted(moment: Moment): boolean {
  const others = moment.meanwhile;
  moment.meanwhile = undefined;
  others?.();
  return others !== undefined;
}

/** The writes of the stores: each is conditional, as those of the tables are. */
function writesOf({ rows, history, limits, moment }: Tables) {
  const unchanged = ({ alarm_id, revision }: AnyAlarm): boolean => {
    interrupted(moment);
    return rows.get(alarm_id)?.revision === revision;
  };
  return {
    create: async (alarm, change) => {
      if (interrupted(moment)) return 'overtaken';
      const limit = limits.get(alarm.project_id) ?? -1;
      const count = [...rows.values()].filter((one) => one.project_id === alarm.project_id).length;
      if (limit >= 0 && count >= limit) return 'over quota';
      rows.set(alarm.alarm_id, alarm);
      history.push(change);
      return 'filed';
    },
    replace: async (from, to, change) => {
      if (!unchanged(from)) return false;
      rows.set(to.alarm_id, to);
      history.push(change);
      return true;
    },
    remove: async (alarm, change) => {
      if (!unchanged(alarm)) return false;
      rows.delete(alarm.alarm_id);
      history.push(change);
      return true;
    },
    setLimit: async (project_id, limit) => {
      limits.set(project_id, limit);
    },
    clearLimit: async (project_id) => {
      limits.delete(project_id);
    },
  } satisfies Partial<AlarmingDeps>;
}

/** The reads of the stores. */
function readsOf({ rows, history, limits, moment }: Tables) {
  return {
    alarm: async (id) => rows.get(id),
    async *alarmsOf(scope, page) {
      const inScope = [...rows.values()].filter(
        ({ alarm_id, name, project_id }) =>
          project_id === (scope.project_id ?? project_id) &&
          name === (scope.name ?? name) &&
          alarm_id === (scope.alarm_id ?? alarm_id),
      );
      yield* pagesOf(moment, inScope, alarmSortKey, page);
    },
    change: async (alarm_id, event_id) =>
      history.find((one) => one.alarm_id === alarm_id && one.event_id === event_id),
    async *changesOf({ alarm_id, on_behalf_of, from = '', to = '9' }, page) {
      const inScope = history.filter(
        (one) =>
          one.alarm_id === (alarm_id ?? one.alarm_id) &&
          one.on_behalf_of === (on_behalf_of ?? one.on_behalf_of) &&
          one.timestamp >= from &&
          one.timestamp <= to,
      );
      yield* pagesOf(moment, inScope, sortKeyOf, page);
    },
    limitOf: async (project_id) => limits.get(project_id),
  } satisfies Partial<AlarmingDeps>;
}

function depsOf(tables: Tables): AlarmingDeps {
  let clock = 0;
  let ids = 0;
  return {
    authenticate: async ({ 'x-auth-token': name = '' }) => {
      const caller = callers[name];
      if (!caller) throw unauthenticated();
      return { user_id: name, user_name: name, ...caller };
    },
    publicUrl: 'https://api.test/api',
    logger: quiet,
    ...readsOf(tables),
    ...writesOf(tables),
    recentEvents: async (project_id, from) => ({
      events: tables.recent.filter(
        (each) => projectOfEvent(each) === project_id && each.accepted_at >= from,
      ),
      since: from,
    }),
    projectQuota: -1,
    mostListed: { actions: 20, timeConstraints: 20 },
    now: () => new Date(Date.parse('2026-01-01T00:00:00.000Z') + ++clock).toISOString(),
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    acceptWithoutResource: true,
    actionTopics: [],
    hasPrometheus: true,
  };
}

export const Shown = z.looseObject({ alarm_id: z.string(), name: z.string(), state: z.string() });

/** The smallest valid body of an alarm. */
export const least = { name: 'n', type: 'event', event_rule: {} };

/** An error answer in Aodh's form. */
export const refused = (faultstring: unknown) => ({
  error_message: { faultcode: 'Client', faultstring, debuginfo: null },
});

/** Makes a surface with empty tables and the given settings. Each test makes a new one. */
export function alarmingWorld(settings: Partial<Pick<AlarmingDeps, 'hasPrometheus'>> = {}) {
  const tables: Tables = {
    rows: new Map(),
    history: [],
    limits: new Map(),
    recent: [],
    moment: { pagesRead: 0, meanwhile: undefined },
  };
  const api = alarmingApis({ ...depsOf(tables), ...settings });
  /** Sends a request as the caller whose token is `name`. */
  const as = (name: string, method: string, path: string, body?: unknown, query = {}) =>
    call(api, {
      method,
      path: `/alarming${path}`,
      headers: { 'X-Auth-Token': name },
      body,
      query,
    } satisfies Call);
  /** Creates an alarm and returns its id. */
  const filed = async (given: object = {}, name = 'member'): Promise<string> => {
    const { status, body } = await as(name, 'POST', '/v2/alarms', { ...least, ...given });
    expect(status).toBe(201);
    return Shown.parse(body).alarm_id;
  };
  return { ...tables, api, as, filed };
}

export type AlarmingWorld = ReturnType<typeof alarmingWorld>;
