/** Reads what is due after changes, for one request of a page. */
import pMap from 'p-map';

/**
 * The most reads at once for one request. `operationsConcurrency` requests with so many reads each
 * share functions with reports, and must leave a good part of `reportConcurrency` to them.
 */
export const readsAtOnce = 2;
/** The most characters of all answers together: an answer of Lambda takes 6 MB. */
const mostCharacters = 2_500_000;

type Answered = { readonly status: number; readonly body: unknown };

/** In place of an answer that does not fit; the page reads it by a request of its own. */
const tooLarge: Answered = {
  status: 413,
  body: { error: { code: 413, message: 'It does not fit into the answer with the others.' } },
};

/** The answers in the order of the reads. What no longer fits is answered with 413. */
export async function readAgain<Due>(
  read: (due: Due) => Promise<Answered>,
  due: readonly Due[],
): Promise<Answered[]> {
  const answers = await pMap(due, read, { concurrency: readsAtOnce });
  let left = mostCharacters;
  return answers.map((answer) => {
    const size = JSON.stringify(answer.body ?? null).length;
    if (size > left) return tooLarge;
    left -= size;
    return answer;
  });
}
