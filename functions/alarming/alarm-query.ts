/** `POST /v2/query/alarms`: alarms by any condition on any of their fields. */

import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmScope } from '../../domain/alarms/alarm-index.ts';
import { askedProject } from '../../domain/alarms/alarm-owner.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { alarmFields } from './alarm-fields.ts';
import { type ComplexQuery, readQuery } from './complex-query.ts';
import { type Filter, leavesOf, necessary } from './filter.ts';

export const readAlarmQuery = (body: unknown): ComplexQuery<Alarm> =>
  readQuery(body, alarmFields, 'alarm_id');

const projectFields = ['project_id', 'project'];

/** Nothing that alarms have as a key is longer, and DynamoDB refuses a key of 2 kB. */
const longestKey = 255;

/**
 * Whose alarms a query is about: the caller's project's, an administrator's all. Naming another
 * project, in whatever comparison, is `not_authorized` for anybody else.
 */
export function queryScope(
  { filter }: Pick<ComplexQuery<Alarm>, 'filter'>,
  caller: Caller,
): AlarmScope {
  requireOwn(filter, projectFields, caller);
  const project_id = isAdmin(caller) ? keyIn(filter, ...projectFields) : projectOf(caller);
  const [name, alarm_id] = [keyIn(filter, 'name'), keyIn(filter, 'alarm_id') || undefined];
  return {
    ...(project_id !== undefined && { project_id }),
    ...(name !== undefined && { name }),
    ...(alarm_id !== undefined && { alarm_id }),
  };
}

/**
 * The value that one of these fields must have, where that is a key that rows can be read by;
 * undefined if the filter leaves it open.
 */
export function keyIn<T>(filter: Filter<T> | undefined, ...fields: string[]): string | undefined {
  const leaves = filter ? necessary(filter) : [];
  const leaf = leaves.find(({ op, field }) => op === 'eq' && fields.includes(field));
  const value = leaf && String(leaf.values[0]);
  return value !== undefined && value.length <= longestKey && value.isWellFormed()
    ? value
    : undefined;
}

/** Refuses whoever is no administrator and compares these fields with another project than theirs. */
export function requireOwn<T>(
  filter: Filter<T> | undefined,
  fields: readonly string[],
  caller: Caller,
): void {
  for (const { field, values } of filter ? leavesOf(filter) : []) {
    if (fields.includes(field)) for (const value of values) askedProject(caller, String(value));
  }
}
