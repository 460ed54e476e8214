import pMap from 'p-map';
import { slices } from '../domain/slices.ts';

/** Rows that are read, changed and sent as events together. */
const chunkSize = 100;
/** Chunks at once: enough to hide latency, few enough for one Lambda. */
const concurrency = 4;

/**
 * Runs `work` for all ids, up to a hundred a chunk, a few chunks at once. A chunk that fails does not
 * stop the others.
 * @returns after all work has ended, the errors of chunks and the error that ended the pages early;
 * empty if there were none.
 */
export async function inChunks(
  pages: AsyncIterable<readonly string[]>,
  work: (ids: readonly string[]) => Promise<void>,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  const note = (error: unknown): void => {
    failures.push(error);
  };
  async function* chunks(): AsyncGenerator<readonly string[]> {
    try {
      for await (const page of pages) yield* slices(page, chunkSize);
    } catch (error) {
      note(error);
    }
  }
  await pMap(chunks(), (ids) => work(ids).catch(note), { concurrency });
  return failures;
}
