import { receiverOf } from '../../domain/delivery/webhook.ts';

export type SlowReceivers = {
  readonly isSlow: (action: string) => boolean;
  /** Notes that the receiver of an action let the time of a try pass. */
  readonly note: (action: string) => void;
};

/** For so long nothing is sent to a slow receiver among first tries. */
const forMs = 60_000;
/** More are not remembered, the oldest forgotten first. */
const most = 1_000;

/**
 * Receivers that hung lately, as far as this process has seen. Each try of theirs holds a place among
 * the first tries for as long as it may take, so their webhooks wait in the other queue.
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
