import { slices } from '../domain/slices.ts';

/** Rows read, changed and told of together. */
const chunkSize = 100;
/** Chunks in flight: enough to hide latency, few enough for one Lambda. */
const width = 4;

/**
 * Does the work for all ids, some hundred at a time, a few chunks at once. A chunk that fails keeps
 * no other from being done.
 * @returns what chunks threw, and what ended the pages early, when no work is under way any more;
 * empty if all went well.
 */
export async function inChunks(
  pages: AsyncIterable<readonly string[]>,
  work: (ids: readonly string[]) => Promise<void>,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  const begin = (ids: readonly string[]): void => {
    const chunk = work(ids)
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => running.delete(chunk));
    running.add(chunk);
  };
  try {
    for await (const page of pages) {
      for (const ids of slices(page, chunkSize)) {
        if (running.size >= width) await Promise.race(running);
        begin(ids);
      }
    }
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(running);
  return failures;
}
