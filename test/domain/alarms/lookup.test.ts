import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RuleCondition } from '../../../domain/alarms/alarm.ts';
import { matches } from '../../../domain/alarms/condition.ts';
import { isProjectWide, lookupKeysOf, lookupKeysOfEvent } from '../../../domain/alarms/lookup.ts';
import { projectOfEvent, resourceOfEvent } from '../../../domain/events/event.ts';
import { anyEvent, anyProject, anyRule, eventWith } from '../events/events.ts';

const eq = (field: string, value: string, type: RuleCondition['type'] = ''): RuleCondition => {
  return { field, op: 'eq', type, value };
};

test.each([
  ['its attribute names its resource', 'vm', '*', [], 'resource#p#vm'],
  [
    'its attribute counts before a condition',
    'vm',
    '*',
    [eq('traits.resource_id', 'x')],
    'resource#p#vm',
  ],
  [
    'a condition on resource_id names its resource',
    null,
    '*',
    [eq('traits.resource_id', 'x')],
    'resource#p#x',
  ],
  [
    'a condition on instance_id names its resource',
    null,
    'a',
    [eq('traits.instance_id', 'x', 'string')],
    'resource#p#x',
  ],
  [
    'the first of them',
    null,
    '*',
    [eq('traits.instance_id', 'x'), eq('traits.resource_id', 'y')],
    'resource#p#x',
  ],
  [
    'an integer names no resource',
    null,
    'a',
    [eq('traits.resource_id', '5', 'integer')],
    'project#p#a',
  ],
  ['another trait does not name a resource', null, 'a', [eq('traits.host', 'x')], 'project#p#a'],
  [
    'nor does another operator',
    null,
    'a',
    [{ ...eq('traits.resource_id', 'x'), op: 'ne' as const }],
    'project#p#a',
  ],
  [
    'nor an id that is too long',
    null,
    'a',
    [eq('traits.resource_id', 'x'.repeat(256))],
    'project#p#a',
  ],
  [
    'without a resource its event type counts',
    null,
    'port.update.end',
    [],
    'project#p#port.update.end',
  ],
  ['a glob is not an event type', null, 'port.*', [], 'project#p#*'],
  ['an open bracket alone is not a glob', null, 'port[', [], 'project#p#port%5b;'],
] as const)('the key of an alarm: %s', (_, resource_id, event_type, query, key) => {
  const rule = { event_type, query: [...query] };
  expect(lookupKeysOf({ project_id: 'p', resource_id, rule })).toEqual([key]);
});

test('an event looks up its resource, its instance and its project', () => {
  const event = eventWith(['project_id', 1, 'p'], ['resource_id', 1, 'r'], ['instance_id', 1, 'i']);
  expect(lookupKeysOfEvent(event)).toEqual([
    'resource#p#r',
    'resource#p#i',
    'project#p#compute.instance.update',
    'project#p#*',
  ]);
});

test('an id that is both resource and instance is looked up once', () => {
  const event = eventWith(['project_id', 1, 'p'], ['resource_id', 1, 'i'], ['instance_id', 1, 'i']);
  expect(lookupKeysOfEvent(event)).toHaveLength(3);
});

test('an event without a project looks up alarms without a project', () => {
  expect(lookupKeysOfEvent(eventWith())).toEqual([
    'project##compute.instance.update',
    'project##*',
  ]);
});

const anyResource = fc.constantFrom(null, 'a', 'b', 'a#b', 'True', 'true', '5', '1.5', '\ud800');

test('an alarm that an event concerns is always found', () => {
  let found = 0;
  fc.assert(
    fc.property(anyRule, anyResource, anyEvent, (rule, resource_id, event) => {
      if (!matches(rule, event)) return;
      if (resource_id !== null && resource_id !== resourceOfEvent(event)) return;
      const keys = lookupKeysOf({ project_id: projectOfEvent(event), resource_id, rule });
      expect(lookupKeysOfEvent(event)).toEqual(expect.arrayContaining(keys));
      found += 1;
    }),
    { numRuns: 20_000 },
  );
  expect(found).toBeGreaterThan(100);
});

test('an alarm of another project is never found', () => {
  fc.assert(
    fc.property(
      anyRule,
      anyResource,
      anyProject,
      anyEvent,
      (rule, resource_id, project_id, event) => {
        if (project_id === projectOfEvent(event)) return;
        const asked = lookupKeysOfEvent(event);
        for (const key of lookupKeysOf({ project_id, resource_id, rule })) {
          expect(asked).not.toContain(key);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('different projects, resources and types have different keys', () => {
  const text = fc.string({
    unit: fc.constantFrom('#', '%', '*', '~', 'a', '2', '3', ';', '\ud800'),
  });
  const part = fc.oneof(
    text,
    text.map((short) => short + 'x'.repeat(500)),
  );
  const rule = { event_type: '?', query: [] };
  const keysOf = ([project_id, id]: readonly [string, string]) => {
    return [
      ...lookupKeysOf({ project_id, resource_id: id.slice(-255), rule }),
      ...lookupKeysOf({ project_id, resource_id: null, rule: { event_type: `a${id}`, query: [] } }),
    ];
  };
  const alarm = fc.tuple(part, part);
  fc.assert(
    fc.property(alarm, alarm, (one, other) => {
      const [resource, type] = keysOf(one);
      const [otherResource, otherType] = keysOf(other);
      const sameProject = one[0] === other[0];
      const sameResource = one[1].slice(-255) === other[1].slice(-255);
      expect(resource === otherResource).toBe(sameProject && sameResource);
      if (type === otherType) expect(sameProject).toBe(true);
      expect(resource).not.toBe(otherType);
    }),
    { numRuns: 1_000 },
  );
});

test('every key fits the limit of DynamoDB', () => {
  const long = fc.string({ unit: 'binary', minLength: 0, maxLength: 600 });
  fc.assert(
    fc.property(long, long, long, (project_id, id, event_type) => {
      const rule = { event_type, query: [eq('traits.resource_id', id)] };
      for (const key of lookupKeysOf({ project_id, resource_id: null, rule })) {
        expect(Buffer.byteLength(key)).toBeLessThan(900);
      }
    }),
  );
});

test('an alarm is without a resource if events of any may raise or clear it', () => {
  const project_id = 'project#x';
  const named = { event_type: '*', query: [eq('traits.resource_id', 'project#')] };
  const unnamed = { event_type: 'port.update', query: [] };
  const wide = [{ ...unnamed }, { ...named, clear: unnamed }, { ...unnamed, clear: named }];
  for (const rule of wide)
    expect(isProjectWide({ project_id, resource_id: null, rule })).toBe(true);
  for (const rule of [...wide, named, { ...named, clear: named }]) {
    expect(isProjectWide({ project_id, resource_id: 'project#', rule })).toBe(false);
  }
  expect(isProjectWide({ project_id, resource_id: null, rule: named })).toBe(false);
});
