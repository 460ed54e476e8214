/** Lists of alarms: which are asked for, in which order, and which part of them (contract alarm.md 1.3). */
import * as z from 'zod';
import { type Caller, isAdmin, projectOf } from './access.ts';
import { type Alarm, severities } from './alarm.ts';
import { askedProject, rbacFailed } from './alarm-owner.ts';
import { DomainError } from './errors.ts';
import { conditionsOf, type QueryCondition } from './query-args.ts';
import { parseMoment } from './time.ts';
import { meaningOf } from './wsme.ts';

type Query = Readonly<Record<string, readonly string[]>>;

/** What a list is asked to show; `after` is the id of the last alarm of the page before. */
export type ListRequest = {
  readonly conditions: readonly QueryCondition[];
  readonly sort: readonly Sorting[];
  readonly limit: number | undefined;
  readonly after: string | undefined;
};
export type Sorting = { readonly key: SortKey; readonly descending: boolean };

/** Whose alarms have to be read for a list. */
export type Scope = { readonly project_id: string } | 'all projects';

const sortKeys = [
  'alarm_id',
  'enabled',
  'name',
  'type',
  'severity',
  'timestamp',
  'user_id',
  'project_id',
  'state',
  'repeat_actions',
  'state_timestamp',
] as const;
type SortKey = (typeof sortKeys)[number];

/** A query of `GET /v2/alarms`, checked. Throws `invalid`. */
export function readListRequest(query: Query): ListRequest {
  const known = new Set(['limit', 'marker', 'sort', 'all_projects']);
  const { conditions, rest } = conditionsOf(query);
  const unknown = rest.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new DomainError('invalid', `Unknown argument: "${unknown.slice(0, 100)}"`);
  }
  const everywhere = single(query, 'all_projects');
  const all = [
    ...conditions,
    ...(everywhere === undefined ? [] : [{ field: 'all_projects', op: 'eq', value: everywhere }]),
  ];
  for (const condition of all) {
    if (condition.field === 'alarm_id') throw unlisted(condition.field);
    testOf(condition);
  }
  return {
    conditions: all,
    sort: (query.sort ?? []).map(readSorting),
    limit: readLimit(single(query, 'limit')),
    after: single(query, 'marker') || undefined,
  };
}

function single(query: Query, name: string): string | undefined {
  const values = query[name] ?? [];
  if (values.length > 1) throw refusedValue(name, values.join(', '), 'Given more than once.');
  return values[0];
}

function readLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const limit = z
    .int()
    .min(0)
    .safeParse(/^\d{1,15}$/.test(text) ? Number(text) : undefined);
  if (!limit.success) throw refusedValue('limit', text, 'A positive number is expected.');
  return limit.data === 0 ? undefined : limit.data;
}

/** A sort of the form `name` or `name:desc`. Throws `invalid`. */
export function readSorting(text: string): Sorting {
  const [name = '', direction = 'asc', ...more] = text.split(':');
  const key = sortKeys.find((known) => known === name);
  if (!key || more.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    throw refusedValue('sort', text, `Expected key:asc or key:desc of ${sortKeys.join(', ')}.`);
  }
  return { key, descending: direction === 'desc' };
}

const refusedValue = (field: string, value: string, why: string): DomainError =>
  new DomainError(
    'invalid',
    `Invalid input for field/attribute ${field}. Value: '${value.slice(0, 100)}'. ${why}`,
  );

/**
 * Whose alarms the caller asks for: the own project's, also for administrators, unless they name
 * another project or `all_projects`. Throws `not_authorized` or `forbidden` for anybody else.
 */
export function scopeOf({ conditions }: ListRequest, caller: Caller): Scope {
  const everywhere = conditions.some(
    ({ field, value }) => field === 'all_projects' && meaningOf(value.toLowerCase()) === true,
  );
  if (everywhere && !isAdmin(caller)) throw rbacFailed();
  const named = conditions.filter(({ field }) => field === 'project_id');
  for (const { value } of named) askedProject(caller, value);
  if (named[0]) return { project_id: named[0].value };
  return everywhere ? 'all projects' : { project_id: projectOf(caller) };
}

/** The asked part of the alarms in scope. Throws `invalid` where the marker is none of them. */
export function listed(alarms: readonly Alarm[], request: ListRequest): Alarm[] {
  const { conditions, sort, limit, after } = request;
  const newestFirst: Sorting[] = [{ key: 'timestamp', descending: true }];
  const order = orderBy([
    ...(sort.length > 0 ? sort : newestFirst),
    { key: 'alarm_id', descending: false },
  ]);
  const marker = after === undefined ? undefined : alarms.find((one) => one.alarm_id === after);
  if (after !== undefined && !marker) {
    throw refusedValue('marker', after, 'No such alarm in the list.');
  }
  const tests = conditions.map(testOf);
  return alarms
    .filter((alarm) => tests.every((test) => test(alarm)))
    .filter((alarm) => !marker || order(marker, alarm) < 0)
    .sort(order)
    .slice(0, limit);
}

/** Compares by the first key that differs: words by letters, severities by their rank. */
function orderBy(sort: readonly Sorting[]): (a: Alarm, b: Alarm) => number {
  return (a, b) => {
    for (const { key, descending } of sort) {
      const [left, right] = [rankOf(a, key), rankOf(b, key)];
      if (left !== right) return left < right === descending ? 1 : -1;
    }
    return 0;
  };
}

function rankOf(alarm: Alarm, key: SortKey): string | number {
  if (key === 'severity') return severities.indexOf(alarm.severity);
  const value = alarm[key];
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Whether an alarm meets an `eq` condition, compared as the field's own type. Throws `invalid`. */
export function testOf({ field, op, value }: QueryCondition): (alarm: Alarm) => boolean {
  if (op !== 'eq') throw refusedValue('op', op, 'Only eq is supported here.');
  switch (field) {
    case 'all_projects':
      truth(field, value);
      return () => true;
    case 'enabled':
    case 'repeat_actions': {
      const wanted = truth(field, value);
      return (alarm) => alarm[field] === wanted;
    }
    case 'timestamp': {
      const wanted = parseMoment(value);
      if (wanted === undefined) throw refusedValue(field, value, 'A date and time is expected.');
      return (alarm) => alarm.timestamp === wanted;
    }
    case 'alarm_id':
    case 'user_id':
    case 'project_id':
    case 'type':
    case 'name':
    case 'state':
    case 'severity':
      return (alarm) => alarm[field] === value;
    default:
      throw unlisted(field);
  }
}

const unlisted = (field: string): DomainError =>
  refusedValue('field', field, 'Alarms cannot be listed by it.');

function truth(field: string, value: string): boolean {
  const meaning = meaningOf(value.toLowerCase());
  if (meaning === undefined) throw refusedValue(field, value, 'A boolean is expected.');
  return meaning;
}
