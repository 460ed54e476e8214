/**
 * Lets calls in the same turn of the event loop share one call: each gives an item and waits until
 * all items are done. If the shared call throws, every caller gets that error.
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
