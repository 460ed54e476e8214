import { expect, test } from 'vitest';
import {
  afterMetadata,
  mostItems,
  withItems,
  withoutItem,
} from '../../../domain/servers/server-metadata.ts';
import { instanceWith, minute } from '../rows.ts';

const actor = { user_id: 'user-1', request_id: 'req-act', at: minute(20) };
const items = (count: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${n}`, value]));
const after = (old: Record<string, string>, metadata: Record<string, string>) =>
  afterMetadata(instanceWith({ metadata: old }), metadata, actor);

test.each([
  ['adds', { a: '1' }, { b: '2' }, { a: '1', b: '2' }],
  ['replaces', { a: '1' }, { a: '2' }, { a: '2' }],
  ['keeps', { a: '1' }, {}, { a: '1' }],
])('an item %s', (_, old, given, result) => {
  expect(withItems(old, given)).toEqual(result);
});

test('an item is removed by its name; an unknown one is not found', () => {
  expect(withoutItem({ a: '1', b: '2' }, 'a')).toEqual({ b: '2' });
  for (const key of ['c', 'constructor', '']) {
    expect(() => withoutItem({ a: '1' }, key)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  }
});

test('a change of metadata is a new revision, and its event has the same old and new state', () => {
  expect(after({}, { a: '1' })).toMatchObject({
    ...{ metadata: { a: '1' }, revision: 2, reported_at: minute(20), vm_state: 'active' },
    last_change: { ...actor, old_state: 'active', old_task_state: null, fault_id: null },
  });
});

test('the same metadata in another order is no change', () => {
  expect(after({ a: '1', b: '2' }, { b: '2', a: '1' })).toBeUndefined();
  expect(after({}, {})).toBeUndefined();
});

test.each([
  ['as many as may be', {}, items(mostItems), undefined],
  ['one more', {}, items(mostItems + 1), 'forbidden'],
  ['one more than there were already too many', items(200), items(201), 'forbidden'],
  ['fewer than there were, still too many', items(200), items(199), undefined],
  ['too large', items(400), items(128, 'ä'.repeat(600)), 'too_large'],
  ['too large, and less than it was', items(128, 'ä'.repeat(700)), items(128, 'ä'.repeat(600)), 0],
])('metadata: %s', (_, old, metadata, code) => {
  const act = () => after(old, metadata);
  if (code) expect(act).toThrow(expect.objectContaining({ code }));
  else expect(act()).toMatchObject({ metadata });
});
