/** The one builder of orders: of alarms and their history, of ports and of servers. */

/** A value that rows are sorted by. Null comes before every other value. */
export type SortValue = string | number | boolean | null;

/** One key of an order: which value of a row it compares, and in which direction. */
export type SortKey<T> = {
  readonly of: (item: T) => SortValue;
  readonly descending: boolean;
};

/**
 * A comparison for `Array.sort`: by the first key whose values differ; 0 if none differ. All values
 * of one key have one type, or are null.
 */
export const sortedBy =
  <T>(keys: readonly SortKey<T>[]) =>
  (a: T, b: T): number => {
    for (const { of, descending } of keys) {
      const order = compareValues(of(a), of(b));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };

function compareValues(a: SortValue, b: SortValue): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
