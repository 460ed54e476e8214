/** Links of the console's views. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linkTo, placeOf } from '../../console/src/links.ts';

test('every place has a link that names it', () => {
  const part = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(fc.array(part), fc.dictionary(part, part), (path, query) => {
      const place = placeOf(linkTo(path, query));
      expect(place.path).toEqual(path);
      expect(Object.fromEntries(place.query)).toEqual(Object.fromEntries(Object.entries(query)));
    }),
  );
});

test('empty filters are not in a link, and a malformed link is no error', () => {
  expect(linkTo(['faults'], { status: '', host: 'h' })).toBe('#/faults?host=h');
  expect(placeOf('#/hosts/%E0').path).toEqual(['hosts', '%E0']);
  expect(placeOf('').path).toEqual([]);
});
