/**
 * Silences: while one is active, firings that match it are recorded and not notified. The idea is
 * Alertmanager's (docs/adr/0048).
 */
import { isEqual } from 'es-toolkit';
import * as z from 'zod';
import { HostName } from '../hosts/host.ts';
import { isSameHost } from '../hosts/host-name.ts';
import { notPlain, plain, text } from '../text.ts';
import { laterBy, Moment } from '../time.ts';

const Name = z.string().min(1).max(255).regex(plain, notPlain);
const valuesOf = <T extends z.ZodType<string>>(value: T) => z.array(value).min(1).max(50);

/**
 * Which firings are silenced: those that have, in each named attribute, one of its values. Empty: all
 * of the silence's project.
 */
export const SilenceMatchers = z
  .strictObject({
    project_id: valuesOf(Name),
    /** The resource of the event, or of the alarm. */
    resource_id: valuesOf(Name),
    alarm_id: valuesOf(z.guid('Must be the id of an alarm.').toLowerCase()),
    /** The host where the fault is; for administrators only. */
    host: valuesOf(HostName),
  })
  .partial();
export type SilenceMatchers = z.infer<typeof SilenceMatchers>;

/** The part of a silence that a request sets. */
export const SilenceRequest = z.object({
  /** The project that it belongs to; empty for an administrator's silence of several projects. */
  project_id: z.string(),
  matchers: SilenceMatchers,
  /** Undefined, or a moment that has passed: it starts at once. */
  starts_at: Moment.optional(),
  /** From this moment on, nothing is silenced. */
  ends_at: Moment,
  reason: text(1_000),
});
export type SilenceRequest = z.infer<typeof SilenceRequest>;

/** The row. */
export const Silence = SilenceRequest.extend({
  silence_id: z.uuid(),
  starts_at: Moment,
  created_by: z.string(),
  created_at: Moment,
  revision: z.int().min(1),
  /** When the sweeper looks at it next; absent once its end is done. */
  due_at: Moment.optional(),
});
export type Silence = z.infer<typeof Silence>;

/** While a silence lasts, what it holds is thinned out every so many seconds. */
const thinnedSeconds = 600;

/** When the sweeper looks at a silence next, after a moment at which it has not ended. */
export function nextLookAt(
  { starts_at, ends_at }: Pick<Silence, 'starts_at' | 'ends_at'>,
  now: string,
): string {
  const next = laterBy(starts_at > now ? starts_at : now, thinnedSeconds);
  return next < ends_at ? next : ends_at;
}

/** The status of a silence. Nothing is written when it changes. */
export type SilenceStatus = 'pending' | 'active' | 'expired';

/** The status at a moment. */
export function silenceStatus(
  { starts_at, ends_at }: Pick<Silence, 'starts_at' | 'ends_at'>,
  now: string,
): SilenceStatus {
  if (ends_at <= now) return 'expired';
  return starts_at <= now ? 'active' : 'pending';
}

/** The fields that a silence is matched against. */
export type Silenceable = {
  readonly project_id: string;
  readonly alarm_id: string;
  /** The resource of the event, and that of the alarm, if there are any. */
  readonly resource_ids: readonly string[];
  /** The host that Doctor's own event is about; undefined if there is none, or if it came from outside. */
  readonly host: string | undefined;
};

function isMatched(
  { project_id: owner, matchers }: Silence,
  { project_id, alarm_id, resource_ids, host }: Silenceable,
): boolean {
  if (owner !== '' && owner !== project_id) return false;
  const among = (values: readonly string[] | undefined, given: readonly string[]): boolean =>
    values === undefined || given.some((value) => values.includes(value));
  return (
    among(matchers.project_id, [project_id]) &&
    among(matchers.alarm_id, [alarm_id]) &&
    among(matchers.resource_id, resource_ids) &&
    (matchers.host === undefined ||
      (host !== undefined && matchers.host.some((each) => isSameHost(each, host))))
  );
}

/**
 * The active silence that matches; undefined if there is none. Of several it is the one that ends
 * last, so that few firings are held back more than once.
 */
export const holdingSilence = (
  silences: readonly Silence[],
  firing: Silenceable,
  now: string,
): Silence | undefined =>
  silences
    .filter((silence) => silenceStatus(silence, now) === 'active' && isMatched(silence, firing))
    .reduce<Silence | undefined>(
      (last, each) => (last && last.ends_at >= each.ends_at ? last : each),
      undefined,
    );

/** The new row of a request. */
export const newSilence = (
  request: SilenceRequest,
  by: Pick<Silence, 'silence_id' | 'created_by' | 'created_at'>,
): Silence => ({
  ...request,
  ...by,
  starts_at: startOf(request, by),
  revision: 1,
  due_at: nextLookAt({ ...request, starts_at: startOf(request, by) }, by.created_at),
});

/** A silence does not start before it is made. */
const startOf = (
  { starts_at }: Pick<SilenceRequest, 'starts_at'>,
  { created_at }: Pick<Silence, 'created_at'>,
): string => (starts_at !== undefined && starts_at > created_at ? starts_at : created_at);

/**
 * Whether a request under the id of a silence is for the same firings: only the end and the reason
 * may change.
 */
export const isSameSilence = (known: Silence, request: SilenceRequest): boolean =>
  known.project_id === request.project_id &&
  isEqual(known.matchers, request.matchers) &&
  (request.starts_at === undefined || known.starts_at === startOf(request, known));

/** The silence with another end and reason, from a moment on. */
export const silenceUntil = (
  known: Silence,
  { ends_at, reason }: Pick<Silence, 'ends_at' | 'reason'>,
  now: string,
): Silence => ({
  ...known,
  ...{ ends_at, reason },
  due_at: nextLookAt({ ...known, ends_at }, now),
  revision: known.revision + 1,
});
