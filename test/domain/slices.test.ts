import { expect, test } from 'vitest';
import { packed } from '../../domain/slices.ts';

test.each([
  [[], []],
  [[5], [[5]]],
  [
    [5, 5, 5],
    [[5, 5], [5]],
  ],
  [
    [1, 1, 1, 1],
    [[1, 1, 1], [1]],
  ],
  [
    [99, 1],
    [[99], [1]],
  ],
  [
    [1, 99, 1],
    [[1], [99], [1]],
  ],
])(
  '%j is packed as %j: at most three items, and at most ten in size if possible',
  (sizes, parts) => {
    expect(packed(sizes, { most: 3, size: 10, sizeOf: (size) => size })).toEqual(parts);
  },
);
