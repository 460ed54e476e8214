/** The complex query of alarms (`POST /v2/query/alarms`): by conditions on any of their fields. */

import type { AlarmScope } from '../../domain/alarms/alarm-index.ts';
import { askedProject } from '../../domain/alarms/alarm-owner.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { alarmFields } from './alarm-fields.ts';
import { type ComplexQuery, readQuery } from './complex-query.ts';
import { type Filter, leavesOf, necessary } from './filter.ts';

/** Parses the body of `POST /v2/query/alarms`. @throws DomainError `invalid`. */
export const readAlarmQuery = (body: unknown): ComplexQuery<AnyAlarm> =>
  readQuery(body, alarmFields, 'alarm_id');

const projectFields = ['project_id', 'project'];

/** The keys of alarms are not longer, and DynamoDB refuses a key of 2 kB. */
const longestKey = 255;

/**
 * The alarms to read: for an administrator all, for other callers those of their project.
 * @throws DomainError `not_authorized` if a caller who is not an administrator compares the project
 * with another one, by any operator.
 */
export function queryScope(
  { filter }: Pick<ComplexQuery<AnyAlarm>, 'filter'>,
  caller: Caller,
): AlarmScope {
  requireOwn(filter, projectFields, caller);
  const project_id = isAdmin(caller) ? keyIn(filter, ...projectFields) : projectOf(caller);
  const name = keyIn(filter, 'name');
  const alarm_id = keyIn(filter, 'alarm_id') || undefined;
  return {
    ...(project_id !== undefined && { project_id }),
    ...(name !== undefined && { name }),
    ...(alarm_id !== undefined && { alarm_id }),
  };
}

/**
 * The value that the filter requires for one of the fields, if it can be used as a key of an index;
 * undefined if the filter does not require one.
 */
export function keyIn<T>(filter: Filter<T> | undefined, ...fields: string[]): string | undefined {
  const leaves = filter ? necessary(filter) : [];
  const leaf = leaves.find(({ op, field }) => op === 'eq' && fields.includes(field));
  const value = leaf && String(leaf.values[0]);
  return value !== undefined && value.length <= longestKey && value.isWellFormed()
    ? value
    : undefined;
}

/**
 * Checks that a caller who is not an administrator compares these fields only with its own project.
 * @throws DomainError `not_authorized`.
 */
export function requireOwn<T>(
  filter: Filter<T> | undefined,
  fields: readonly string[],
  caller: Caller,
): void {
  for (const { field, values } of filter ? leavesOf(filter) : []) {
    if (fields.includes(field)) for (const value of values) askedProject(caller, String(value));
  }
}
