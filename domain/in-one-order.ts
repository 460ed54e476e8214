/** A list, with the items that were read of it and not yet merged. */
type Head<T> = { readonly list: AsyncIterator<readonly T[]>; waiting: T[] };

type Merging<T> = {
  readonly keyOf: (item: T) => string;
  /** Whether the lists begin with the highest key. */
  readonly descending?: boolean;
  /** The items of a merged page. */
  readonly perPage?: number;
};

/**
 * Merges the pages of lists, each in the order of its keys, into pages in that order. Reads of a list
 * only what it needs to know the next item.
 */
export async function* inOneOrder<T>(
  lists: readonly AsyncIterable<readonly T[]>[],
  { keyOf, descending = false, perPage = 100 }: Merging<T>,
): AsyncGenerator<readonly T[]> {
  const [only, ...others] = lists;
  if (only && others.length === 0) return yield* only;
  const heads = lists.map((list): Head<T> => ({ list: list[Symbol.asyncIterator](), waiting: [] }));
  const fill = async (head: Head<T>): Promise<boolean> => {
    while (head.waiting.length === 0) {
      const next = await head.list.next();
      if (next.done) return false;
      head.waiting = [...next.value];
    }
    return true;
  };
  const full = await Promise.all(heads.map(fill));
  let open = heads.filter((_, n) => full[n]);
  let page: T[] = [];
  const first = ({ waiting: [item] }: Head<T>): string => (item === undefined ? '' : keyOf(item));
  while (open.length > 0) {
    const next = open.reduce((best, head) =>
      first(head) < first(best) === !descending ? head : best,
    );
    page.push(...next.waiting.splice(0, 1));
    if (page.length >= perPage) {
      yield page;
      page = [];
    }
    if (!(await fill(next))) open = open.filter((head) => head !== next);
  }
  yield page;
}
