/**
 * Notices that time has passed. Each minute it queues ticks, one for each few seconds; at a tick it looks at
 * what is due. A tick that fails is not repeated, because the next one does the same.
 */
import type { Context, ScheduledEvent, SQSEvent } from 'aws-lambda';
import { type Log, onQueue, onSchedule, type QueueMessage } from '../../adapters/lambda.ts';
import type {
  HeartbeatClock,
  MissedHeartbeats,
} from '../../domain/conditions/missed-heartbeats.ts';
import { allRosterShards } from '../../domain/hosts/listed-host.ts';
import { laterBy } from '../../domain/time.ts';
import { type Clock, clockAt, Tick, ticksFrom } from '../../domain/timers/ticks.ts';

/**
 * When the hosts of a part of the list are looked at next, and when the last look found that no
 * heartbeat reached Doctor.
 */
type Look = { readonly next: string; readonly deafAt: string | undefined };

/** What the timekeeper needs from outside. */
export type TimekeeperDeps = {
  readonly sendTicks: (
    ticks: readonly (Tick & { readonly delaySeconds: number })[],
  ) => Promise<void>;
  /** What earlier ticks remember, read consistently. */
  readonly remembered: () => Promise<{
    readonly clock: Clock | undefined;
    readonly looks: ReadonlyMap<string, Look>;
  }>;
  readonly saveClock: (clock: Clock) => Promise<void>;
  /** Looks at the hosts of a part of the list. */
  readonly watchHosts: (shard: string, clock: HeartbeatClock) => Promise<MissedHeartbeats>;
  /**
   * Queues the timers of alarms that are due.
   * @returns the oldest slot that may have timers, and the count.
   */
  readonly queueTimeouts: (from: string) => Promise<{ from: string; queued: number }>;
  /** Whether missed heartbeats are reported. */
  readonly reportMissedHeartbeats: boolean;
  readonly serviceDownTimeSeconds: number;
  /** Logs a step that failed: the next tick does it. */
  readonly interrupted: (step: string, error: unknown) => void;
  readonly now: () => string;
  readonly log: Log;
};

/** The counts of a tick. */
type Ticked = {
  readonly late: number;
  readonly timers: number;
  readonly looks: number;
  readonly missed: number;
};

/** A tick that is so late, in seconds, has others behind it that do the same. */
const uselessAfterSeconds = 10;

/** The handler of the schedule and of the queue of ticks. */
export function timekeeper(deps: TimekeeperDeps) {
  const onMinute = onSchedule(async () => {
    const ticks = ticksFrom(deps.now());
    await deps.sendTicks(ticks);
    deps.log.info('minute', { ticks: ticks.length });
  });
  const onTicks = onQueue<Ticked>({
    log: deps.log,
    // The second of two ticks finds what the first one has done.
    inOrder: true,
    consume: (message) => tick(deps, message),
    report: (done) => {
      const total = (of: keyof Ticked) => done.reduce((sum, each) => sum + each[of], 0);
      deps.log.info('ticked', {
        late: total('late'),
        timers: total('timers'),
        looks: total('looks'),
        missed: total('missed'),
      });
    },
  });
  return (event: SQSEvent | ScheduledEvent, context: Context): Promise<unknown> =>
    'Records' in event ? onTicks(event, context) : onMinute(event, context);
}

async function tick(deps: TimekeeperDeps, { body }: QueueMessage): Promise<Ticked> {
  const now = deps.now();
  const planned = Tick.safeParse(JSON.parse(body)).data?.tick;
  if (planned === undefined || now > laterBy(planned, uselessAfterSeconds)) {
    return { late: 1, timers: 0, looks: 0, missed: 0 };
  }
  const { clock: before, looks } = await deps.remembered();
  const { clock, isWritten } = clockAt(before, now);
  const due = deps.reportMissedHeartbeats
    ? allRosterShards.filter((shard) => (looks.get(shard)?.next ?? '') <= now)
    : [];
  const [timers, ...found] = await Promise.all([
    timeouts(deps, clock.timers_from),
    ...due.map((shard) => look(deps, shard, { now, clock, deafAt: looks.get(shard)?.deafAt })),
  ]);
  // The clock says that a tick came, also if what it looked at failed.
  if (isWritten) await deps.saveClock({ ...clock, timers_from: timers.from });
  const missed = found.reduce((sum, each) => sum + each.length, 0);
  return { late: 0, timers: timers.queued, looks: due.length, missed };
}

/** Queues the timers that are due. A failure is logged, and the same slots are looked at again. */
async function timeouts({ queueTimeouts, interrupted }: TimekeeperDeps, from: string) {
  try {
    return await queueTimeouts(from);
  } catch (error) {
    interrupted('timers', error);
    return { from, queued: 0 };
  }
}

/** The hosts of a part of the list whose missed heartbeats are reported. A failure is logged. */
async function look(
  { watchHosts, serviceDownTimeSeconds, interrupted, log }: TimekeeperDeps,
  shard: string,
  { now, clock, deafAt }: { now: string; clock: Clock; deafAt: string | undefined },
): Promise<readonly string[]> {
  try {
    const { missed, deaf } = await watchHosts(shard, {
      now,
      serviceDownTimeSeconds,
      awakeSince: clock.awake_since,
      ...(deafAt !== undefined && { deafAt }),
    });
    if (deaf) log.warn('no host is heard, so none is reported', { shard });
    return missed;
  } catch (error) {
    interrupted('hosts', error);
    return [];
  }
}
