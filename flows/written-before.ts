/**
 * Finds the firings of a late copy that were written before. It needs one read; a transaction that
 * is refused would be needed for each ten of them. The read also shows those that were never sent.
 */
import type { Firing } from '../domain/alarms/firing.ts';
import { isReflected } from '../domain/alarms/order.ts';
import { isOverdue, type OutboxRow } from '../domain/alarms/outbox-row.ts';
import type { AlarmLane, Step } from './alarm-lane.ts';
import type { EventsOut } from './events-out.ts';

/** The key of a row of the history. */
export type RowKey = Pick<Firing['row'], 'event_id' | 'alarm_id'>;

/** What is read of a row: its key and, of a row with a notification, what tells whether it was sent. */
export type WrittenRow = RowKey & Partial<Pick<OutboxRow, 'undelivered_shard' | 'written_at'>>;

/** What the search needs from outside. */
export type WrittenDeps = Pick<EventsOut, 'interrupted'> & {
  /** The rows of those of the keys that have one, read consistently, in any order. */
  readonly written: (keys: readonly RowKey[]) => Promise<readonly WrittenRow[]>;
  readonly now: () => string;
};

/** What was written before. */
export type WrittenBefore = {
  /** Steps that have a firing whose row exists, with the positions of these firings. */
  readonly already: ReadonlyMap<Step, readonly number[]>;
  /** Rows whose writer probably died before it sent them. */
  readonly overdue: readonly RowKey[];
};

const nothing: WrittenBefore = { already: new Map(), overdue: [] };
/** The key as a text. */
export const rowKeyText = ({ event_id, alarm_id }: RowKey): string => `${alarm_id} ${event_id}`;

/**
 * What was written before of the steps, as the outcome that their transaction would have, and of the events
 * that the alarms already reflect. If the rows cannot be read, nothing: the transactions decide, and the
 * sweeper sends.
 */
export async function writtenBefore(
  { written, interrupted, now }: WrittenDeps,
  steps: readonly Step[],
  lanes: readonly AlarmLane[],
): Promise<WrittenBefore> {
  const keyOf = new Map(
    [...steps.flatMap(({ chain }) => chain.map(({ row }) => row)), ...lanes.flatMap(reflected)].map(
      (key) => [rowKeyText(key), key],
    ),
  );
  if (keyOf.size === 0) return nothing;
  try {
    const rows = await written([...keyOf.values()]);
    const found = new Set(rows.map(rowKeyText));
    const already = new Map(
      steps.flatMap((step): [Step, readonly number[]][] => {
        const positions = step.chain.flatMap(({ row }, n) =>
          found.has(rowKeyText(row)) ? [n] : [],
        );
        return positions.length > 0 ? [[step, positions]] : [];
      }),
    );
    const at = now();
    const overdue = rows.filter(
      ({ undelivered_shard, written_at }) =>
        written_at !== undefined && isOverdue({ undelivered_shard, written_at }, at),
    );
    return { already, overdue };
  } catch (error) {
    interrupted('rows of a copy', error);
    return nothing;
  }
}

/** The keys of the rows of a lane's events whose firing its alarm shows already. */
const reflected = ({ alarm, events }: AlarmLane): RowKey[] =>
  events
    .filter((event) => isReflected(alarm, event))
    .map(({ message_id: event_id }) => ({ event_id, alarm_id: alarm.alarm_id }));
