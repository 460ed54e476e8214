/**
 * Lets callers that ask in the same turn of the event loop share one call: each hands over an item,
 * and waits for all of them. What the shared call throws, every one of them is thrown.
 */
export function gathered<T>(work: (items: readonly T[]) => Promise<void>) {
  let waiting: T[] = [];
  let shared: Promise<void> | undefined;
  return (item: T): Promise<void> => {
    waiting.push(item);
    shared ??= new Promise<void>((turn) => setImmediate(turn)).then(() => {
      const items = waiting;
      waiting = [];
      shared = undefined;
      return work(items);
    });
    return shared;
  };
}
