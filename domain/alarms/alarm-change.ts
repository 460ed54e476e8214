/** What a request makes of an alarm, and the record that its history keeps of it. */

import { type Caller, projectOf } from '../identity/access.ts';
import { naive } from '../time.ts';
import type { Alarm, AlarmState } from './alarm.ts';
import { type AlarmInput, checkFacts } from './alarm-facts.ts';
import type { AlarmChange } from './alarm-history.ts';
import { newOwner, ownerAfter, requireActions } from './alarm-owner.ts';
import { cannotBeEvaluated } from './evaluate.ts';

/** Who makes a change and when, with new ids for what it makes. */
export type ChangeContext = {
  readonly caller: Caller;
  readonly now: string;
  readonly newId: () => string;
  /** `ACCEPT_ALARMS_WITHOUT_RESOURCE_ID`. */
  readonly acceptWithoutResource: boolean;
  /** ARNs of the topics that may be actions. */
  readonly actionTopics: readonly string[];
};

/** An alarm after a change, and the record of it. */
export type Changed = { readonly alarm: Alarm; readonly change: AlarmChange };

/** Aodh's texts. Source: aodh `api/controllers/v2/alarms.py`. */
const reasons = { initial: 'Not evaluated yet', manual: 'Manually set via API' };

/** A new alarm. Throws `not_authorized` or `invalid` if this caller may not file it. */
export function createdAlarm(input: AlarmInput, context: ChangeContext): Changed {
  const { caller, now, newId } = context;
  const facts = { ...input.facts, ...newOwner(caller, input) };
  requireActions(caller, input, { topics: context.actionTopics });
  checkFacts(facts, context.acceptWithoutResource);
  const state = input.state ?? 'insufficient data';
  const alarm: Alarm = {
    ...facts,
    alarm_id: newId(),
    revision: 1,
    state,
    state_reason: reasons.initial,
    state_timestamp: now,
    timestamp: now,
    created_at: now,
    stamp: null,
    stamped_at: null,
    entered_alarm_at: state === 'alarm' ? now : null,
    left_alarm_at: null,
    transitions: {},
  };
  return { alarm, change: record('creation', alarm, document(alarm), projectOf(caller), context) };
}

/**
 * The alarm after a PUT, which replaces all that a client may say: what the body leaves out falls
 * back to its default. Undefined if nothing changes. A `state` that comes with another
 * `state_timestamp` than the stored one is an echo of what the client read before a transition,
 * and is not taken for its wish. Throws as `createdAlarm`.
 */
export function replacedAlarm(
  stored: Alarm,
  input: AlarmInput,
  context: ChangeContext,
): Changed | undefined {
  const { caller, now } = context;
  const facts = { ...input.facts, ...ownerAfter(stored, caller, input) };
  requireActions(caller, input, { topics: context.actionTopics, stored });
  checkFacts(facts, context.acceptWithoutResource);
  const stale =
    input.state_timestamp !== undefined && input.state_timestamp !== stored.state_timestamp;
  const wanted = input.state ?? 'insufficient data';
  const inState = stale && input.state ? stored : withState(stored, wanted, now);
  const alarm = { ...readAgain(inState), ...facts, timestamp: now, revision: stored.revision + 1 };
  const detail = difference(document(stored), document(alarm));
  if (Object.keys(detail).length === 0) return undefined;
  return { alarm, change: record('rule change', alarm, detail, alarm.project_id, context) };
}

/** The alarm with its state set by hand; undefined if it and its reason are that already. */
export function alarmInState(
  stored: Alarm,
  state: AlarmState,
  context: ChangeContext,
): Changed | undefined {
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
 * The record of an alarm's end. Aodh keeps none; ours belongs to the alarm's project, so that its
 * people can read who deleted it.
 */
export function deletionOf(alarm: Alarm, context: ChangeContext): AlarmChange {
  return record('deletion', alarm, { state: alarm.state }, alarm.project_id, context);
}

/** What could not be evaluated can be, for it has been read and checked. */
const readAgain = (alarm: Alarm): Alarm =>
  alarm.state_reason.startsWith(cannotBeEvaluated)
    ? { ...alarm, state_reason: reasons.initial }
    : alarm;

/** Leaving `alarm` and entering it are kept, for the evaluator to compare events with. */
function withState(stored: Alarm, state: AlarmState, now: string): Alarm {
  if (stored.state === state) return stored;
  return {
    ...stored,
    state,
    state_reason: reasons.manual,
    state_timestamp: now,
    ...(state === 'alarm' && { entered_alarm_at: now }),
    ...(stored.state === 'alarm' && { left_alarm_at: now }),
  };
}

/** An alarm as its history shows it: stored names, so `rule` for either type. */
function document(alarm: Alarm): Record<string, unknown> {
  const {
    revision,
    created_at,
    stamp,
    stamped_at,
    entered_alarm_at,
    left_alarm_at,
    transitions,
    resource_id,
    ...shown
  } = alarm;
  return {
    ...shown,
    timestamp: naive(alarm.timestamp),
    state_timestamp: naive(alarm.state_timestamp),
    ...(resource_id !== null && { resource_id }),
  };
}

const untold = new Set(['timestamp', 'state_timestamp']);

/** What the second document says otherwise than the first, its times left out. */
function difference(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => !untold.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}

function record(
  type: AlarmChange['type'],
  { alarm_id, severity }: Alarm,
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
