import type { Received, Subscriber } from '../stack/stack.ts';

/**
 * Keeps what has arrived at a subscriber's queue, so that many assertions can share one
 * subscription.
 */
export type Inbox = {
  /** All messages that arrived so far of an alarm, without waiting. */
  readonly of: (alarm_id: string) => readonly Received[];
  /** Everything that arrived so far. */
  readonly all: () => readonly Received[];
  /** Waits until `count` notifications of an alarm have arrived. Throws if that takes too long. */
  readonly until: (alarm_id: string, count?: number) => Promise<readonly Received[]>;
  /** Waits until a message meets the condition. Throws if that takes too long. */
  readonly untilSome: (wanted: (message: Received) => boolean) => Promise<Received>;
  /** Reads the messages that have arrived since the last call. */
  readonly look: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const patienceMs = 15_000;

export function inboxOf(subscriber: Subscriber): Inbox {
  const kept: Received[] = [];
  const of = (alarm_id: string) => kept.filter(({ body }) => body.alarm_id === alarm_id);

  const waitFor = async (done: () => boolean, what: string): Promise<void> => {
    const deadline = Date.now() + patienceMs;
    while (!done()) {
      if (Date.now() >= deadline) throw new Error(`${what} did not arrive in ${patienceMs} ms`);
      kept.push(...(await subscriber.receive(1, 1_000)));
    }
  };

  return {
    of,
    all: () => kept,
    until: async (alarm_id, count = 1) => {
      await waitFor(() => of(alarm_id).length >= count, `notification ${count} of ${alarm_id}`);
      return of(alarm_id);
    },
    untilSome: async (wanted) => {
      await waitFor(() => kept.some(wanted), 'the message');
      const found = kept.find(wanted);
      if (!found) throw new Error('the message is gone');
      return found;
    },
    look: async () => {
      kept.push(...(await subscriber.receive(0, 0)));
    },
    close: subscriber.close,
  };
}

/** Resolves at a time, in ms since 1970. */
export const untilTime = (moment: number): Promise<void> =>
  new Promise((done) => setTimeout(done, Math.max(0, moment - Date.now())));
