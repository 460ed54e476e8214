/**
 * Lets calls in the same turn of the event loop share one call: each gives an item and waits until
 * all items are done. Every caller gets the result of the shared call, or the error that it throws.
 */
export function gathered<T, R = void>(work: (items: readonly T[]) => Promise<R>) {
  let waiting: T[] = [];
  let shared: Promise<R> | undefined;
  return (item: T): Promise<R> => {
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
