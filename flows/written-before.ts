/**
 * Finds the firings of a late copy that were written before. It needs one read; a transaction that
 * is refused would be needed for each ten of them.
 */
import type { Firing } from '../domain/alarms/firing.ts';
import type { Step } from './alarm-lane.ts';
import type { EventsOut } from './events-out.ts';

/** The key of a row of the history. */
export type RowKey = Pick<Firing['row'], 'event_id' | 'alarm_id'>;

/** What the search needs from outside. */
export type WrittenDeps = Pick<EventsOut, 'interrupted'> & {
  /** Those of the keys that have a row, read consistently, in any order. */
  readonly written: (keys: readonly RowKey[]) => Promise<readonly RowKey[]>;
};

const textOf = ({ event_id, alarm_id }: RowKey): string => `${alarm_id} ${event_id}`;

/**
 * The steps that have a firing whose row exists, with the positions of these firings: the outcome that
 * their transaction would have. If the rows cannot be read, none: the transactions decide.
 */
export async function writtenBefore(
  { written, interrupted }: WrittenDeps,
  steps: readonly Step[],
): Promise<ReadonlyMap<Step, readonly number[]>> {
  if (steps.length === 0) return new Map();
  const keys = steps.flatMap(({ chain }) => chain.map(({ row }) => row));
  try {
    const found = new Set((await written(keys)).map(textOf));
    return new Map(
      steps.flatMap((step): [Step, readonly number[]][] => {
        const already = step.chain.flatMap(({ row }, n) => (found.has(textOf(row)) ? [n] : []));
        return already.length > 0 ? [[step, already]] : [];
      }),
    );
  } catch (error) {
    interrupted('rows of a copy', error);
    return new Map();
  }
}
