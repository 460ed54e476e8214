/**
 * The query of a list of alarms: filters, order and paging. docs/wire/alarming.md#lists-of-alarms.
 */
import type { Query } from '../../adapters/http/query.ts';
import type { AlarmScope } from '../../domain/alarms/alarm-index.ts';
import { askedProject, rbacFailed } from '../../domain/alarms/alarm-owner.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { alarmFields } from './alarm-fields.ts';
import { comparableOf, operand } from './field.ts';
import { type ListRequest, listOrderOf, onlyArguments, pagingOf, single } from './list-request.ts';
import { conditionsOf, type QueryCondition } from './query-args.ts';
import { meaningOf, refusedValue } from './wsme.ts';

/** A parsed query of `GET /v2/alarms`. */
export type AlarmList = ListRequest<AnyAlarm> & { readonly conditions: readonly QueryCondition[] };

/** The keys by which alarms can be sorted. */
export const alarmSortKeys = [
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

const listFields = [
  'user_id',
  'project_id',
  'type',
  'name',
  'enabled',
  'state',
  'severity',
  'timestamp',
  'repeat_actions',
];

/** Parses the query of `GET /v2/alarms`. @throws DomainError `invalid`. */
export function readAlarmList(query: Query): AlarmList {
  const { conditions: given, rest } = conditionsOf(query);
  onlyArguments(rest, ['limit', 'marker', 'sort', 'all_projects']);
  const everywhere = single(query, 'all_projects');
  const conditions = [
    ...given,
    ...(everywhere === undefined ? [] : [{ field: 'all_projects', op: 'eq', value: everywhere }]),
  ];
  const tests = conditions.map(testOf);
  const { sort, ...paging } = pagingOf(query, alarmSortKeys);
  return {
    conditions,
    test: (alarm) => tests.every((test) => test(alarm)),
    ...listOrderOf(alarmFields, sort, 'alarm_id'),
    ...paging,
  };
}

/**
 * The alarms to read: those of the caller's project. Only an administrator may name another project
 * or `all_projects`.
 * @throws DomainError `not_authorized` or `forbidden` if another caller does.
 */
export function scopeOf({ conditions }: Pick<AlarmList, 'conditions'>, caller: Caller): AlarmScope {
  const valuesOf = (name: string) =>
    conditions.filter(({ field }) => field === name).map(({ value }) => value);
  const everywhere = valuesOf('all_projects').some((value) => truth(value) === true);
  if (everywhere && !isAdmin(caller)) throw rbacFailed();
  const [named] = valuesOf('project_id').map((id) => askedProject(caller, id));
  const [name] = valuesOf('name');
  const project_id = named ?? (everywhere ? undefined : projectOf(caller));
  return {
    ...(project_id !== undefined && { project_id }),
    ...(name !== undefined && { name }),
  };
}

/**
 * The alarms of a query for metrics. `all_projects` is its only argument.
 * @throws DomainError as `scopeOf`.
 */
export function readMetricsScope(query: Query, caller: Caller): AlarmScope {
  const { conditions, rest } = conditionsOf(query);
  const [condition] = conditions;
  if (condition) throw refusedValue('field', condition.field, 'Metrics cannot be filtered by it.');
  onlyArguments(rest, ['all_projects']);
  return scopeOf(readAlarmList(query), caller);
}

const truth = (value: string): boolean | undefined => meaningOf(value.toLowerCase());

/**
 * The test of an `eq` condition, which compares by the field's type.
 * @throws DomainError `invalid`.
 */
function testOf({ field: name, op, value }: QueryCondition): (alarm: AnyAlarm) => boolean {
  if (op !== 'eq') throw refusedValue('op', op, 'Only eq is supported here.');
  if (name === 'all_projects') {
    if (truth(value) === undefined) throw refusedValue(name, value, 'A boolean is expected.');
    return () => true;
  }
  const field = listFields.includes(name) ? alarmFields.get(name) : undefined;
  if (!field) throw refusedValue('field', name, 'Alarms cannot be filtered by it.');
  const expected = operand(field, name, value);
  return (alarm) => comparableOf(field, alarm) === expected;
}
