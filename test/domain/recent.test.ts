import { expect, test } from 'vitest';
import { recent } from '../../domain/recent.ts';

test('when the map is full, the entry that was used longest ago is forgotten', () => {
  const map = recent<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  map.get('a');
  map.set('d', 5);
  expect([map.get('a'), map.get('c'), map.get('d')]).toEqual([3, undefined, 5]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
