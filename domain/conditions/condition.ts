/** A condition: what one source says of one target, under a key of its own. */
import * as z from 'zod';
import type { ReportedBy } from '../hosts/service-update.ts';
import { conditionId } from '../ids.ts';
import { Moment } from '../time.ts';
import {
  aspectOf,
  type ConditionTarget,
  conditionEffects,
  conditionSeverities,
  type Observation,
} from './observation.ts';
import { SourceName } from './source.ts';

/** The longest cause that is stored, in characters. */
export const longestCause = 1_024;

const Target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host'), host: z.string() }),
  z.object({ kind: z.literal('port'), port_id: z.string() }),
  z.object({ kind: z.literal('server'), server_id: z.string() }),
]);

/** The row of a condition. It is kept for 30 days after it ended. */
export const Condition = z.object({
  condition_id: z.uuid(),
  source: SourceName,
  key: z.string(),
  target: Target,
  effect: z.enum(conditionEffects),
  severity: z.enum(conditionSeverities),
  cause: z.string(),
  observed_at: z.string().nullable(),
  /** Whether its host counts as fenced; false for targets that are no hosts. */
  fenced: z.boolean(),
  state: z.enum(['raised', 'cleared']),
  /**
   * Whether its target stays as it is, although the source has cleared it, until an administrator
   * ends it.
   */
  held: z.boolean(),
  /** Raised by each change except renewals. */
  revision: z.int().min(1),
  raised_at: Moment,
  renewed_at: Moment,
  /** The `order` of the newest report; null if its source gives none. */
  order: z.string().nullable().default(null),
  cleared_at: Moment.nullable(),
  /** The user who ended it, and the reason; null while it is raised. */
  cleared_by: z.object({ user_id: z.string(), reason: z.string() }).nullable(),
  /** The fault that it opened, or that stood when it was raised; null without one. */
  fault_id: z.uuid().nullable(),
  reported_by: z.object({ user_id: z.string(), user_name: z.string(), project_id: z.string() }),
  request_id: z.string(),
});
export type Condition = z.infer<typeof Condition>;

/** The state that is shown: a raised condition is stale if it was not renewed in time. */
export const conditionStates = ['raised', 'cleared', 'stale'] as const;
export type ConditionState = (typeof conditionStates)[number];

/** The sort key in lists by time; the id separates two conditions of the same time. */
export const placeOfCondition = ({
  raised_at,
  condition_id,
}: Pick<Condition, 'raised_at' | 'condition_id'>): string => `${raised_at}#${condition_id}`;

/** A target as a text: the same for all spellings of a host's name. */
export const targetKey = (target: ConditionTarget): string => {
  if (target.kind === 'host') return `host#${target.host.toLowerCase()}`;
  return target.kind === 'port'
    ? `port#${target.port_id.toLowerCase()}`
    : `server#${target.server_id.toLowerCase()}`;
};

/** The id of the condition that a source reports of a target under a key. */
export const idOfCondition = (
  source: string,
  { target, effect, key }: Pick<Observation, 'target' | 'effect' | 'key'>,
): string => conditionId({ source, target: targetKey(target), aspect: aspectOf(effect), key });

/**
 * The state of a condition at a time.
 * @param stale_after the source's setting, in seconds; null: it is never stale.
 */
export function shownState(
  { state, renewed_at }: Pick<Condition, 'state' | 'renewed_at'>,
  stale_after: number | null,
  now: string,
): ConditionState {
  if (state === 'cleared' || stale_after === null) return state;
  return Date.parse(now) - Date.parse(renewed_at) > stale_after * 1_000 ? 'stale' : 'raised';
}

/** A report's sender, whose source is a monitor. */
export type MonitorReport = ReportedBy & { readonly source: string };

/**
 * The row after a raise: of a new condition, of one that had ended, or of one whose report has
 * changed.
 */
export function raised(
  before: Condition | undefined,
  observation: Observation,
  by: MonitorReport,
  now: {
    readonly fenced: boolean;
    readonly fault_id: string | null;
    readonly target?: ConditionTarget;
  },
): Condition {
  const { key, target, effect, severity, cause, observed_at } = observation;
  const { actor, reporter, source } = by;
  return {
    condition_id: idOfCondition(source, { target, effect, key }),
    source,
    key,
    target: now.target ?? target,
    effect,
    severity,
    cause: cause.slice(0, longestCause).toWellFormed(),
    observed_at,
    fenced: now.fenced,
    state: 'raised',
    held: false,
    revision: (before?.revision ?? 0) + 1,
    raised_at: before?.state === 'raised' ? before.raised_at : actor.at,
    renewed_at: actor.at,
    order: observation.order ?? before?.order ?? null,
    cleared_at: null,
    cleared_by: null,
    fault_id: now.fault_id,
    reported_by: reporter,
    request_id: actor.request_id,
  };
}

/**
 * The row after a repeated raise: the monitor may have changed its words, but nothing else. With an
 * `order` it is a new revision, so that of two rows that are written at once the newer one stays.
 */
export const renewed = (
  before: Condition,
  { severity, cause, observed_at, order }: Observation,
  { actor }: ReportedBy,
): Condition => ({
  ...before,
  ...(order !== undefined && { order, revision: before.revision + 1 }),
  severity,
  cause: cause.slice(0, longestCause).toWellFormed(),
  observed_at,
  renewed_at: actor.at > before.renewed_at ? actor.at : before.renewed_at,
});

/** The longest time in seconds for which a renewal is not recorded. */
const mostUnrecorded = 3_600;

/**
 * Whether a renewal would change only its time, and the recorded time is recent enough: not older
 * than a tenth of the source's `stale_after`, and an hour at most. So a monitor that repeats its
 * whole state costs no writes.
 * @param stale_after in seconds; null: conditions of the source are never stale.
 */
export function saysNothingNew(
  before: Condition,
  after: Condition,
  stale_after: number | null,
): boolean {
  const saysTheSame =
    after.severity === before.severity &&
    after.cause === before.cause &&
    after.observed_at === before.observed_at &&
    after.order === before.order;
  const passed = Date.parse(after.renewed_at) - Date.parse(before.renewed_at);
  const most = Math.min(mostUnrecorded, (stale_after ?? Number.POSITIVE_INFINITY) / 10);
  return saysTheSame && passed < most * 1_000;
}

/**
 * The row after its end.
 * @param held whether its target stays as it is.
 * @param order of the report of its end.
 */
export const cleared = (
  before: Condition,
  { actor }: Pick<ReportedBy, 'actor'>,
  {
    held,
    reason,
    order,
  }: { readonly held: boolean; readonly reason: string; readonly order?: string | undefined },
): Condition => ({
  ...before,
  order: order ?? before.order,
  state: 'cleared',
  held,
  revision: before.revision + 1,
  cleared_at: before.cleared_at ?? actor.at,
  cleared_by: { user_id: actor.user_id, reason },
});
