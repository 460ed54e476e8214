/**
 * Lets callers that ask in the same turn of the event loop share one call: each hands over an item,
 * and waits for all of them. What the shared call gives or throws, every one of them gets.
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
