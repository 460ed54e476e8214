/** Which alarms a list has, in which order, which part: docs/wire/alarming.md#lists-of-alarms. */

import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmScope } from '../../domain/alarms/alarm-index.ts';
import { askedProject, rbacFailed } from '../../domain/alarms/alarm-owner.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { alarmFields } from './alarm-fields.ts';
import { comparableOf, operand } from './field.ts';
import { type Listing, onlyArguments, orderOf, pagingOf, single } from './list-request.ts';
import { conditionsOf, type QueryCondition } from './query-args.ts';
import { meaningOf, refusedValue } from './wsme.ts';

type Query = Readonly<Record<string, readonly string[]>>;

export type AlarmList = Listing<Alarm> & { readonly conditions: readonly QueryCondition[] };

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

/** A query of `GET /v2/alarms`, checked. Throws `invalid`. */
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
    ...orderOf(alarmFields, sort, 'alarm_id'),
    ...paging,
  };
}

/**
 * Whose alarms the caller asks for: the own project's, also for administrators, unless they name
 * another project or `all_projects`. Throws `not_authorized` or `forbidden` for anybody else.
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

/** Whose metrics a query asks for: `all_projects` is its only argument. Throws as `scopeOf`. */
export function readMetricsScope(query: Query, caller: Caller): AlarmScope {
  const { conditions, rest } = conditionsOf(query);
  const [condition] = conditions;
  if (condition) throw refusedValue('field', condition.field, 'Metrics are not listed by it.');
  onlyArguments(rest, ['all_projects']);
  return scopeOf(readAlarmList(query), caller);
}

const truth = (value: string): boolean | undefined => meaningOf(value.toLowerCase());

/** Whether an alarm meets an `eq` condition, compared as the field's own type. Throws `invalid`. */
function testOf({ field: name, op, value }: QueryCondition): (alarm: Alarm) => boolean {
  if (op !== 'eq') throw refusedValue('op', op, 'Only eq is supported here.');
  if (name === 'all_projects') {
    if (truth(value) === undefined) throw refusedValue(name, value, 'A boolean is expected.');
    return () => true;
  }
  const field = listFields.includes(name) ? alarmFields.get(name) : undefined;
  if (!field) throw refusedValue('field', name, 'Alarms cannot be listed by it.');
  const wanted = operand(field, name, value);
  return (alarm) => comparableOf(field, alarm) === wanted;
}
