import { expect, test } from 'vitest';
import { segmentId } from '../../../../domain/ids.ts';
import { afterMarker, numberOf } from '../../../../functions/monitors/masakari/markers.ts';

const uuids = ['a', 'b', 'c'].map(segmentId);
const after = (marker: string | undefined) => afterMarker(uuids, (uuid) => uuid, marker);

test.each(uuids.map((uuid, n) => ({ uuid, n })))(
  'a page begins behind the uuid or the number of item $n',
  ({ uuid, n }) => {
    const rest = uuids.slice(n + 1);
    expect(after(uuid)).toEqual(rest);
    expect(after(`${numberOf(uuid)}`)).toEqual(rest);
  },
);

test('without a marker a page begins with the first; an unknown marker is refused', () => {
  expect(after(undefined)).toEqual(uuids);
  expect(() => after(segmentId('d'))).toThrow('could not be found');
});
