/** The changes of alarms that requests make, each with its record for the history. */
import { isEqual } from 'es-toolkit';
import { type Caller, projectOf } from '../identity/access.ts';
import { naive } from '../time.ts';
import type { AlarmState } from './alarm.ts';
import { type AlarmInput, type AnyFacts, checkFacts, requireOneRule } from './alarm-facts.ts';
import type { AlarmChange } from './alarm-history.ts';
import { newOwner, ownerAfter, requireActions } from './alarm-owner.ts';
import { cannotBeEvaluated } from './evaluate.ts';
import { newAlarm, withFacts } from './new-alarm.ts';
import { type AnyAlarm, isPeriodic } from './periodic-alarm.ts';
import { queryScopeOf, requireQueries } from './query-scope.ts';

/** The caller and the time of a change, and the settings that it is checked against. */
export type ChangeContext = {
  readonly caller: Caller;
  readonly now: string;
  /** Makes a new id. */
  readonly newId: () => string;
  /** The setting `ACCEPT_ALARMS_WITHOUT_RESOURCE_ID`. */
  readonly acceptWithoutResource: boolean;
  /** ARNs of the topics that the operator allows as actions. */
  readonly actionTopics: readonly string[];
  /** False if the operator has set no Prometheus (the setting `prometheusUrl`). */
  readonly hasPrometheus: boolean;
};

/** An alarm after a change, and the record of the change. */
export type ChangedAlarm = { readonly alarm: AnyAlarm; readonly change: AlarmChange };

/** Aodh's texts. Source: aodh `api/controllers/v2/alarms.py`. */
const reasons = { initial: 'Not evaluated yet', manual: 'Manually set via API' };

/**
 * A new alarm and the record of its creation.
 * @throws DomainError `not_authorized` or `invalid` if the caller may not create it.
 */
export function createdAlarm(input: AlarmInput, context: ChangeContext): ChangedAlarm {
  const { caller, now, newId } = context;
  requireOneRule(input);
  const facts: AnyFacts = { ...input.facts, ...newOwner(caller, input) };
  requireActions(caller, input, { topics: context.actionTopics });
  checkFacts(facts, context.acceptWithoutResource);
  const state = input.state ?? 'insufficient data';
  const fresh = {
    alarm_id: newId(),
    revision: 1,
    state,
    state_reason: reasons.initial,
    state_timestamp: now,
    timestamp: now,
    created_at: now,
    transitions: {},
  };
  const alarm = newAlarm(fresh, facts, queryScope(facts, context), now);
  return { alarm, change: record('creation', alarm, document(alarm), projectOf(caller), context) };
}

/**
 * The alarm after a PUT. A PUT replaces everything that a client can set; what the body leaves out
 * gets its default. Undefined if nothing changes. If the body's `state_timestamp` is not the stored
 * one, the client read the alarm before its last transition: its `state` is then ignored.
 * @throws DomainError as `createdAlarm`.
 */
export function replacedAlarm(
  stored: AnyAlarm,
  input: AlarmInput,
  context: ChangeContext,
): ChangedAlarm | undefined {
  const { caller, now } = context;
  requireOneRule(input, stored.rule);
  const facts: AnyFacts = { ...input.facts, ...ownerAfter(stored, caller, input) };
  requireActions(caller, input, { topics: context.actionTopics, stored });
  checkFacts(facts, context.acceptWithoutResource);
  const stale =
    input.state_timestamp !== undefined && input.state_timestamp !== stored.state_timestamp;
  const state = input.state ?? 'insufficient data';
  const inState = stale && input.state ? stored : withState(stored, state, now);
  const alarm = {
    ...withFacts(evaluatedAgain(inState), facts, queryScope(facts, context, stored), now),
    timestamp: now,
    revision: stored.revision + 1,
  };
  const detail = difference(document(stored), document(alarm));
  if (Object.keys(detail).length === 0) return undefined;
  return { alarm, change: record('rule change', alarm, detail, alarm.project_id, context) };
}

/**
 * The alarm with its state set by a request; undefined if it already has that state and that
 * reason.
 */
export function alarmInState(
  stored: AnyAlarm,
  state: AlarmState,
  context: ChangeContext,
): ChangedAlarm | undefined {
  if (stored.state === state && stored.state_reason === reasons.manual) return undefined;
  const alarm = {
    ...withState(stored, state, context.now),
    state_reason: reasons.manual,
    revision: stored.revision + 1,
  };
  const detail = { state, state_reason: reasons.manual };
  return { alarm, change: record('state transition', alarm, detail, alarm.project_id, context) };
}

/**
 * The record of an alarm's deletion. Aodh has no such record. It belongs to the alarm's project, so
 * that the members of the project can read who deleted the alarm.
 */
export function deletionOf(alarm: AnyAlarm, context: ChangeContext): AlarmChange {
  return record('deletion', alarm, { state: alarm.state }, alarm.project_id, context);
}

/** A replaced alarm has been validated, so it no longer says that it cannot be evaluated. */
const evaluatedAgain = (alarm: AnyAlarm): AnyAlarm =>
  alarm.state_reason.startsWith(cannotBeEvaluated)
    ? { ...alarm, state_reason: reasons.initial }
    : alarm;

/**
 * Whose series the queries of the alarm read; null for an alarm without queries.
 * @throws DomainError `invalid` if the alarm may not have them.
 */
function queryScope(facts: AnyFacts, context: ChangeContext, stored?: AnyAlarm): string | null {
  if (!isPeriodic(facts)) return null;
  const scope = queryScopeOf(context.caller, facts, stored);
  requireQueries(facts, scope, { hasPrometheus: context.hasPrometheus, stored });
  return scope;
}

/**
 * The times of entering and leaving `alarm` are stored for event alarms, because the evaluator
 * compares events with them.
 */
function withState(stored: AnyAlarm, state: AlarmState, now: string): AnyAlarm {
  if (stored.state === state) return stored;
  const entered = { state, state_reason: reasons.manual, state_timestamp: now };
  if (isPeriodic(stored)) return { ...stored, ...entered };
  return {
    ...stored,
    ...entered,
    ...(state === 'alarm' && { entered_alarm_at: now }),
    ...(stored.state === 'alarm' && { left_alarm_at: now }),
  };
}

/** What an alarm stores and its history does not show. */
const internal = new Set([
  'revision',
  'created_at',
  'stamp',
  'stamped_at',
  'entered_alarm_at',
  'left_alarm_at',
  'armed_at',
  'timer_at',
  'transitions',
  'resource_id',
  'scope',
  'failed_rounds',
  'last_round',
]);

/** An alarm as its history shows it: with the stored names, so `rule` for all types. */
function document(alarm: AnyAlarm): Record<string, unknown> {
  const resource_id = isPeriodic(alarm) ? null : alarm.resource_id;
  return {
    ...Object.fromEntries(Object.entries(alarm).filter(([name]) => !internal.has(name))),
    timestamp: naive(alarm.timestamp),
    state_timestamp: naive(alarm.state_timestamp),
    ...(resource_id !== null && { resource_id }),
  };
}

const timeNames = new Set(['timestamp', 'state_timestamp']);

/**
 * The values of the second document that differ from the first, without the times; null if removed.
 */
function difference(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => !timeNames.has(name) && !isEqual(before[name], after[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}

function record(
  type: AlarmChange['type'],
  { alarm_id, severity }: AnyAlarm,
  detail: Record<string, unknown>,
  on_behalf_of: string,
  { caller, now, newId }: ChangeContext,
): AlarmChange {
  return {
    event_id: newId(),
    alarm_id,
    type,
    detail: JSON.stringify(detail),
    user_id: caller.user_id,
    project_id: caller.project_id ?? null,
    on_behalf_of,
    timestamp: now,
    severity,
  };
}
