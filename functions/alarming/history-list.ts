/**
 * The queries of the history of alarms: of one alarm, or by conditions on any field of its records.
 */
import type { Query } from '../../adapters/http/query.ts';
import { severities } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { HistoryScope } from '../../domain/alarms/alarm-index.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { momentOf, parseMoment } from '../../domain/time.ts';
import { keyIn, requireOwn } from './alarm-query.ts';
import { type ComplexQuery, readQuery } from './complex-query.ts';
import { comparableOf, type Field, type Fields, operand } from './field.ts';
import { type Leaf, necessary } from './filter.ts';
import { type ListRequest, listOrderOf, onlyArguments, pagingOf } from './list-request.ts';
import { conditionsOf, type QueryCondition } from './query-args.ts';
import { refusedValue } from './wsme.ts';

const text = (of: (change: AlarmChange) => string | null): Field<AlarmChange> => ({
  kind: 'text',
  of,
});
const userId = text(({ user_id }) => user_id);
const projectId = text(({ project_id }) => project_id);

/** The fields by which records can be filtered and sorted, under Aodh's names of its columns. */
export const historyFields: Fields<AlarmChange> = new Map([
  ['event_id', text(({ event_id }) => event_id)],
  ['alarm_id', text(({ alarm_id }) => alarm_id)],
  ['on_behalf_of', text(({ on_behalf_of }) => on_behalf_of)],
  ['project_id', projectId],
  ['user_id', userId],
  ['type', text(({ type }) => type)],
  ['timestamp', { kind: 'moment', of: ({ timestamp }) => timestamp }],
  ['severity', { kind: 'rank', words: severities, of: ({ severity }) => severity }],
  ['detail', text(({ detail }) => detail)],
  ['user', userId],
  ['project', projectId],
]);

const sortKeys = [
  'event_id',
  'alarm_id',
  'on_behalf_of',
  'project_id',
  'user_id',
  'type',
  'timestamp',
  'severity',
];

type Span = Pick<HistoryScope, 'from' | 'to'>;

/**
 * Parses the query of `GET /v2/alarms/{id}/history`. `span` is the time that it asks for.
 * @throws DomainError `invalid`.
 */
export function readHistoryList(query: Query): ListRequest<AlarmChange> & { readonly span: Span } {
  const { conditions, rest } = conditionsOf(query);
  onlyArguments(rest, ['limit', 'marker', 'sort']);
  const offset = offsetOf(conditions);
  const tests = conditions.flatMap((condition) => testsOf(condition, offset));
  const { sort, ...paging } = pagingOf(query, sortKeys);
  return {
    span: spanOf(tests),
    test: (change) => tests.every(({ test }) => test(change)),
    ...listOrderOf(historyFields, sort, 'event_id'),
    ...paging,
  };
}

type Test = Span & { readonly test: (change: AlarmChange) => boolean };

/** The span that lies within all of the spans. */
const spanOf = (bounds: readonly Span[]): Span => {
  const [from] = bounds
    .flatMap((bound) => bound.from ?? [])
    .sort()
    .reverse();
  const [to] = bounds.flatMap((bound) => bound.to ?? []).sort();
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
};

/** The minutes by which the bounds in time are widened. As in Aodh, it needs a bound beside it. */
function offsetOf(conditions: readonly QueryCondition[]): number {
  const given = conditions.find(({ field }) => field === 'search_offset');
  if (!given) return 0;
  if (given.op !== 'eq') throw refusedValue('op', given.op, 'search_offset takes eq alone.');
  if (!/^\d{1,6}$/.test(given.value)) {
    throw refusedValue('search_offset', given.value, 'A number of minutes is expected.');
  }
  if (!conditions.some(({ field }) => field === 'timestamp')) {
    throw refusedValue('field', 'search_offset', 'It needs a condition on timestamp.');
  }
  return Number(given.value);
}

const listFields = ['type', 'severity', 'user_id', 'project_id'];

function testsOf(condition: QueryCondition, offset: number): Test[] {
  const { field: name, op, value } = condition;
  if (name === 'search_offset') return [];
  if (name === 'timestamp') return [inTime(condition, offset)];
  const field = listFields.includes(name) ? historyFields.get(name) : undefined;
  if (!field) throw refusedValue('field', name, 'The history cannot be filtered by it.');
  if (op !== 'eq') throw refusedValue('op', op, 'Only eq is supported here.');
  const expected = operand(field, name, value);
  return [{ test: (change) => comparableOf(field, change) === expected }];
}

function inTime({ op, value }: QueryCondition, minutes: number): Test {
  const moment = parseMoment(value);
  if (moment === undefined) throw refusedValue('timestamp', value, 'A date and time is expected.');
  const from = shifted(moment, -minutes);
  const to = shifted(moment, minutes);
  switch (op) {
    case 'ge':
      return { from, test: ({ timestamp }) => timestamp >= from };
    case 'gt':
      return { from, test: ({ timestamp }) => timestamp > from };
    case 'le':
      return { to, test: ({ timestamp }) => timestamp <= to };
    case 'lt':
      return { to, test: ({ timestamp }) => timestamp < to };
    default:
      throw refusedValue('op', op, 'timestamp takes lt, le, gt and ge.');
  }
}

const firstTime = Date.parse('0000-01-01T00:00:00.000Z');
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The moment shifted, within the years of four digits: only their texts have the order of their
 * times.
 */
function shifted(moment: string, minutes: number): string {
  const time = Date.parse(moment) + minutes * 60_000;
  return momentOf(Math.min(Math.max(time, firstTime), lastTime));
}

/** Parses the body of `POST /v2/query/alarms/history`. @throws DomainError `invalid`. */
export const readHistoryQuery = (body: unknown): ComplexQuery<AlarmChange> =>
  readQuery(body, historyFields, 'event_id');

/**
 * The records to read: for an administrator all, for other callers those of their project.
 * @throws DomainError `not_authorized` if another caller names another project in `on_behalf_of`.
 */
export function historyScope(
  { filter }: Pick<ComplexQuery<AlarmChange>, 'filter'>,
  caller: Caller,
): HistoryScope {
  requireOwn(filter, ['on_behalf_of'], caller);
  const on_behalf_of = isAdmin(caller) ? keyIn(filter, 'on_behalf_of') : projectOf(caller);
  const alarm_id = keyIn(filter, 'alarm_id') || undefined;
  return {
    ...(alarm_id !== undefined && { alarm_id }),
    ...(on_behalf_of !== undefined && { on_behalf_of }),
    ...spanOf(filter ? necessary(filter).flatMap(boundsOf) : []),
  };
}

/** The bounds in time that a necessary comparison sets. */
function boundsOf({ field, op, values: [value = ''] }: Leaf<AlarmChange>): Span[] {
  if (field !== 'timestamp') return [];
  const bound = (sign: string): Span => inTime({ field, op: sign, value: String(value) }, 0);
  if (op === 'eq') return [bound('ge'), bound('le')];
  return op === 'ge' || op === 'gt' || op === 'le' || op === 'lt' ? [bound(op)] : [];
}
