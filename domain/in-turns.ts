/**
 * The items of all lists, in turns: the first of each list, then the second of each, and so on. So no list
 * waits for all items of another.
 */
export function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const turns = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: turns }, (_, n) =>
    lists.flatMap((its) => its.slice(n, n + 1)),
  ).flat();
}
