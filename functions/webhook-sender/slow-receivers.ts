import { receiverOf } from '../../domain/delivery/webhook.ts';

/** The receivers that did not answer in time lately. */
export type SlowReceivers = {
  /** True if the receiver of the action did not answer in time within the last minute. */
  readonly isSlow: (action: string) => boolean;
  /** Records that the receiver of an action did not answer in time. */
  readonly note: (action: string) => void;
};

/** How long a slow receiver gets no first attempts, in milliseconds. */
const forMs = 60_000;
/** The most receivers to remember; the oldest is removed first. */
const most = 1_000;

/**
 * Remembers the receivers that hung lately in this process. Each attempt to call one would take up a
 * sender of first attempts until its timeout, so their webhooks go to the queue of retries.
 */
export function slowReceivers(now: () => number): SlowReceivers {
  const until = new Map<string, number>();
  return {
    isSlow: (action) => (until.get(receiverOf(action)) ?? 0) > now(),
    note: (action) => {
      const receiver = receiverOf(action);
      until.delete(receiver);
      until.set(receiver, now() + forMs);
      for (const oldest of until.keys()) {
        if (until.size <= most) break;
        until.delete(oldest);
      }
    },
  };
}
