/**
 * Hosts that have stopped sending heartbeats. Missed heartbeats are a condition of a source of
 * their own, which the next heartbeat ends. Decision: docs/adr/0045.
 */
import * as z from 'zod';
import { mostHeartbeats } from '../hosts/heartbeats.ts';
import { hasMissedHeartbeats } from '../hosts/holders.ts';
import { type Host, HostName } from '../hosts/host.ts';
import { laterBy, Moment } from '../time.ts';
import type { Observation } from './observation.ts';
import type { Source } from './source.ts';

/** The times from which it follows that a host is silent: that it has sent no heartbeat for too long. */
export type HeartbeatClock = {
  readonly now: string;
  readonly serviceDownTimeSeconds: number;
  /** Since when Doctor is in service without a gap: it could receive no heartbeat before. */
  readonly awakeSince: string;
  /** When the last look at these hosts found that no heartbeat reached Doctor; absent if none did. */
  readonly deafAt?: string;
};

/** The fields of a host that say since when it is silent; a list shows no `heartbeat_since`. */
type Beating = Pick<Host, 'heartbeat' | 'last_seen_up' | 'created_at'> &
  Partial<Pick<Host, 'heartbeat_since'>>;

const latest = (first: string, ...others: readonly (string | null | undefined)[]): string =>
  others.reduce<string>((last, each) => (each && each > last ? each : last), first);

/**
 * The last sign of a host: its heartbeat, its registration, or the time since which heartbeats are
 * awaited, which a report that it is up begins anew.
 */
const lastSign = ({ created_at, last_seen_up, heartbeat_since }: Beating): string =>
  latest(created_at, last_seen_up, heartbeat_since);

/** Since when heartbeats have reached Doctor. */
export const hearingSince = ({
  awakeSince,
  deafAt,
}: Pick<HeartbeatClock, 'awakeSince' | 'deafAt'>): string => latest(awakeSince, deafAt);

/**
 * The last moment at which the host's silence is not too long: the down time after its last heartbeat, after
 * its registration, after Doctor came into service, and after heartbeats reached it again.
 */
export const silentAfter = (host: Beating, clock: Omit<HeartbeatClock, 'now'>): string =>
  laterBy(latest(lastSign(host), hearingSince(clock)), clock.serviceDownTimeSeconds);

/** Whether a host is registered, must send heartbeats, and has sent none for too long. */
export const isSilent = (host: Registered, clock: HeartbeatClock): boolean => silentAt(clock)(host);

type Registered = Beating & { readonly deleted?: boolean };

/** The same for many hosts: their times are compared as texts, and only one is computed. */
function silentAt(clock: HeartbeatClock): (host: Registered) => boolean {
  const since = hearingSince(clock);
  const bound = laterBy(clock.now, -clock.serviceDownTimeSeconds);
  return (host) => host.deleted !== true && host.heartbeat && latest(since, lastSign(host)) < bound;
}

/** Whether missed heartbeats hold the host down, and no heartbeat came since. */
export const isHeldSilent = ({ held_by }: Pick<Host, 'held_by'>): boolean =>
  hasMissedHeartbeats(held_by);

/**
 * Hosts whose missed heartbeats are reported and not yet recorded are looked at again after so many
 * seconds.
 */
const againSeconds = 5;

/**
 * So many hosts that must send heartbeats, and are not held silent, are never unheard for half of
 * the down time at once: no heartbeat reaches Doctor then.
 */
const allUnheard = 20;

/**
 * Whether no heartbeat of the hosts reaches Doctor. Nothing is known so soon after it came into
 * service. Registrations, and reports that a host is up, do not count: they come another way.
 */
function isDeaf(hosts: readonly Beating[], clock: HeartbeatClock): boolean {
  const { now, awakeSince, serviceDownTimeSeconds } = clock;
  const lately = laterBy(now, -serviceDownTimeSeconds / 2);
  return (
    hosts.length >= allUnheard &&
    awakeSince < lately &&
    hosts.every(({ last_seen_up }) => (last_seen_up ?? '') < lately)
  );
}

/**
 * What a look at hosts finds: those whose silence is to be reported, and the time of the next look.
 * `deaf`: no heartbeat reaches Doctor, so nothing is reported, and the silence of these hosts
 * counts from now.
 */
export type MissedHeartbeats = {
  readonly missed: readonly string[];
  readonly next: string;
  readonly deaf: boolean;
};

/** Those of the listed hosts that may be silent; the list may show an older heartbeat than the row. */
export const maybeSilent = <Listed extends Beating>(
  listed: readonly Listed[],
  clock: HeartbeatClock,
): Listed[] => listed.filter(silentAt(clock));

/**
 * Decides about the hosts of a part of the list.
 * @param listed hosts of the list that must send heartbeats. @param rows the rows of those that may
 * be silent.
 */
export function missedHeartbeatsAmong(
  listed: readonly (Beating & Pick<Host, 'host'>)[],
  rows: readonly Host[],
  clock: HeartbeatClock,
): MissedHeartbeats {
  const { now, serviceDownTimeSeconds } = clock;
  const isSilentNow = silentAt(clock);
  const known = new Map(rows.map((row) => [row.host, row]));
  const heard = [...listed, ...rows].filter((host) => !isSilentNow(host));
  const fresh = listed.flatMap((host) => {
    const row = known.get(host.host);
    return row && (isHeldSilent(row) || row.deleted || !row.heartbeat) ? [] : [row ?? host];
  });
  const deaf = isDeaf(fresh, clock);
  const missed = deaf
    ? []
    : rows.filter((row) => isSilentNow(row) && !isHeldSilent(row)).map(({ host }) => host);
  // The host whose last sign is the oldest falls due first.
  const beating = heard.filter(({ heartbeat }) => heartbeat);
  const oldest = beating.reduce<Beating | undefined>(
    (old, host) => (old && lastSign(old) <= lastSign(host) ? old : host),
    undefined,
  );
  const due = oldest ? [silentAfter(oldest, clock)] : [];
  const again = deaf || missed.length > 0 ? [laterBy(now, againSeconds)] : [];
  const [first = now] = [...due, ...again, laterBy(now, serviceDownTimeSeconds)].toSorted();
  return { missed, next: first, deaf };
}

/** On the queue of reports: hosts that miss their heartbeats, or that send them again. */
export const MissedHeartbeatsMessage = z.union([
  z.strictObject({
    missed: z.array(HostName).min(1).max(mostHeartbeats),
    awake_since: Moment,
    /**
     * When a look found them. Missing in messages of before the field existed; then the time counts
     * at which SQS took the message.
     */
    found_at: Moment.optional(),
  }),
  z.strictObject({ heard: z.array(HostName).min(1).max(mostHeartbeats) }),
]);
export type MissedHeartbeatsMessage = z.infer<typeof MissedHeartbeatsMessage>;

/**
 * The observation that a host misses its heartbeats, or sends them again. It fences the host only
 * if the settings of its source say so.
 */
export const heartbeatObservation = (
  host: string,
  status: Observation['status'],
  {
    source,
    serviceDownTimeSeconds,
  }: { readonly source: Source; readonly serviceDownTimeSeconds: number },
): Observation => ({
  key: 'heartbeat',
  status,
  target: { kind: 'host', host },
  effect: source.fenced ? 'host_down' : 'host_unreachable',
  severity: 'critical',
  cause: `No heartbeat came for ${serviceDownTimeSeconds} seconds.`,
  observed_at: null,
  fenced: null,
});
