import pMap from 'p-map';

/**
 * Runs `work` for each item, at most `width` at once. An item that fails does not stop the others.
 * @returns the results in the order of the items. @throws the first error, once no work is in flight.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  try {
    return await pMap(items, work, { concurrency: width, stopOnError: false });
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}
