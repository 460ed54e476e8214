/** The items of the list in slices of at most `size`. */
export function slices<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, n) => items.slice(n * size, (n + 1) * size));
}

/**
 * The items in parts, in their order. Each part has at most `most` items, whose sizes add up to at
 * most `size`. An item that is larger than `size` gets a part of its own.
 */
export function packed<T>(
  items: readonly T[],
  {
    most = Number.POSITIVE_INFINITY,
    size,
    sizeOf,
  }: { most?: number; size: number; sizeOf: (item: T) => number },
): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let filled = 0;
  for (const item of items) {
    const itemSize = sizeOf(item);
    if (part.length > 0 && (part.length >= most || filled + itemSize > size)) {
      parts.push(part);
      part = [];
      filled = 0;
    }
    part.push(item);
    filled += itemSize;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
