/**
 * Dead letters: shows them, sends them back to the queues that they came from, and deletes them. A letter
 * is sent before it is deleted. A crash in between leaves it in both queues; what it asks for is done once,
 * by the ids in it.
 */
import type { DeadLetterQueueName, ReturnQueue } from '../domain/delivery/queue-names.ts';
import { type Letter, type OpenedLetter, openLetter } from '../domain/delivery/redrive.ts';

/** The most letters of a queue that one request reads. */
export const mostLetters = 200;

/** A letter that is hidden from others until it is released or deleted. */
type Held = Letter & { readonly handle: string };

/** What the flow needs from outside. */
export type RedriveDeps = {
  /** At most so many letters of a queue, hidden from others; in any order. */
  readonly hold: (queue: DeadLetterQueueName, most: number) => Promise<readonly Held[]>;
  readonly release: (queue: DeadLetterQueueName, letters: readonly Held[]) => Promise<void>;
  readonly deleteLetters: (queue: DeadLetterQueueName, letters: readonly Held[]) => Promise<void>;
  /** Durably queues bodies in a queue of work, or throws. */
  readonly sendBack: (queue: ReturnQueue, bodies: readonly string[]) => Promise<void>;
  /** Forgets that webhooks were given up, so that they are sent again. */
  readonly reopenWebhooks: (bodies: readonly string[]) => Promise<void>;
};

/** A letter with what it says. */
export type ShownLetter = Omit<Held, 'handle' | 'body'> & OpenedLetter;

/** Letters of a queue, oldest first: at most `mostLetters`. */
export async function lettersOf(
  deps: Pick<RedriveDeps, 'hold' | 'release'>,
  queue: DeadLetterQueueName,
): Promise<ShownLetter[]> {
  const held = await deps.hold(queue, mostLetters);
  await deps.release(queue, held);
  return inOrder(held).map(({ handle, body, ...letter }) => ({
    ...letter,
    ...openLetter(queue, body),
  }));
}

const inOrder = (letters: readonly Held[]): Held[] =>
  [...letters].sort((a, b) => (a.sent_at + a.id < b.sent_at + b.id ? -1 : 1));

/** Which letters: those of the ids, or all. */
export type Chosen = { readonly ids: readonly string[] } | 'all';

/** What came of a redrive, by the ids of letters. */
export type Redriven = {
  readonly redriven: readonly string[];
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
  /** Ids of which no letter was found. */
  readonly missing: readonly string[];
};

/** Sends letters back. */
export async function redrive(
  deps: RedriveDeps,
  queue: DeadLetterQueueName,
  chosen: Chosen,
): Promise<Redriven> {
  const { chosen: letters, others } = await heldOf(deps, queue, chosen);
  const opened = letters.map((letter) => ({ letter, ...openLetter(queue, letter.body) }));
  const going = opened.flatMap(({ letter, back }) => (back ? [{ letter, back }] : []));
  const refused = opened.flatMap(({ letter, refused: reason }) =>
    reason === null ? [] : [{ letter, reason }],
  );
  try {
    if (queue === 'webhooks') await deps.reopenWebhooks(going.map(({ back }) => back.body));
    for (const [to, its] of Map.groupBy(going, ({ back }) => back.to)) {
      await deps.sendBack(
        to,
        its.map(({ back }) => back.body),
      );
    }
    await deps.deleteLetters(
      queue,
      going.map(({ letter }) => letter),
    );
  } catch (error) {
    // The administrator repeats at once, and is to see them.
    await deps.release(
      queue,
      going.map(({ letter }) => letter),
    );
    throw error;
  } finally {
    await deps.release(queue, [...others, ...refused.map(({ letter }) => letter)]);
  }
  return {
    redriven: going.map(({ letter }) => letter.id),
    refused: refused.map(({ letter, reason }) => ({ id: letter.id, reason })),
    missing: missingOf(chosen, letters),
  };
}

/** Deletes letters. @returns the ids of those that were there. */
export async function deleteLetters(
  deps: Pick<RedriveDeps, 'hold' | 'release' | 'deleteLetters'>,
  queue: DeadLetterQueueName,
  chosen: Chosen,
): Promise<readonly string[]> {
  const { chosen: letters, others } = await heldOf(deps, queue, chosen);
  await deps.deleteLetters(queue, letters);
  await deps.release(queue, others);
  return letters.map(({ id }) => id);
}

async function heldOf(
  { hold }: Pick<RedriveDeps, 'hold'>,
  queue: DeadLetterQueueName,
  chosen: Chosen,
): Promise<{ readonly chosen: readonly Held[]; readonly others: readonly Held[] }> {
  const held = await hold(queue, mostLetters);
  const ids = chosen === 'all' ? undefined : new Set(chosen.ids);
  return {
    chosen: held.filter(({ id }) => ids === undefined || ids.has(id)),
    others: held.filter(({ id }) => ids !== undefined && !ids.has(id)),
  };
}

function missingOf(chosen: Chosen, found: readonly Held[]): string[] {
  if (chosen === 'all') return [];
  const ids = new Set(found.map(({ id }) => id));
  return chosen.ids.filter((id) => !ids.has(id));
}
