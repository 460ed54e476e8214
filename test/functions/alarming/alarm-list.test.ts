import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Query } from '../../../adapters/http/query.ts';
import { DomainError } from '../../../domain/errors.ts';
import { readAlarmList, scopeOf } from '../../../functions/alarming/alarm-list.ts';
import { queryScope, readAlarmQuery } from '../../../functions/alarming/alarm-query.ts';
import { historyScope, readHistoryQuery } from '../../../functions/alarming/history-list.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { listed } from './listed.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const at = (n: number) => `2026-01-01T00:00:0${n}.000Z`;
const alarms = [
  alarmWith({ alarm_id: id(1), name: 'b', severity: 'critical', timestamp: at(1), enabled: false }),
  alarmWith({ alarm_id: id(2), name: 'a', severity: 'low', timestamp: at(2), state: 'alarm' }),
  alarmWith({ alarm_id: id(3), name: 'c', severity: 'moderate', timestamp: at(3), user_id: 'v' }),
  alarmWith({ alarm_id: id(4), name: 'b', type: 'notification', timestamp: at(4) }),
];
const numbers = (query: Query) =>
  listed(alarms, readAlarmList(query)).map(({ alarm_id }) => Number(alarm_id.slice(-1)));
const by = (field: string, value: string): Query => ({ 'q.field': [field], 'q.value': [value] });

test.each<[Query, number[]]>([
  [{}, [4, 3, 2, 1]],
  [{ sort: ['name'] }, [2, 1, 4, 3]],
  [{ sort: ['name:desc', 'timestamp:desc'] }, [3, 4, 1, 2]],
  [{ sort: ['severity:desc'] }, [1, 3, 2, 4]],
  [{ sort: ['enabled:asc'] }, [1, 2, 3, 4]],
  [{ limit: ['2'] }, [4, 3]],
  [{ limit: ['0'] }, [4, 3, 2, 1]],
  [by('name', 'b'), [4, 1]],
  [by('enabled', 'false'), [1]],
  [by('enabled', 'False'), [1]],
  [by('enabled', '0'), [1]],
  [by('repeat_actions', 'true'), []],
  [by('state', 'alarm'), [2]],
  [by('severity', 'moderate'), [3]],
  [by('type', 'event'), [3, 2, 1]],
  [by('type', 'notification'), [4]],
  [by('user_id', 'v'), [3]],
  [by('timestamp', '2026-01-01T00:00:02'), [2]],
  [by('all_projects', 'false'), [4, 3, 2, 1]],
  [{ 'q.field': ['name', 'type'], 'q.op': ['eq', 'eq'], 'q.value': ['b', 'event'] }, [1]],
  [{ 'q.field': ['name', 'type'], 'q.op': ['eq'], 'q.value': ['b', 'event'], 'q.type': [''] }, [1]],
  [
    {
      'q[0].field': ['name'],
      'q[0].value': ['b'],
      'q[1].field': ['type'],
      'q[1].value': ['event'],
    },
    [1],
  ],
])('%j lists %j', (query, expected) => {
  expect(numbers(query)).toEqual(expected);
});

test.each<[Query, string]>([
  [{ surprise: ['1'] }, 'Unknown argument: "surprise"'],
  [{ q: ['x'] }, 'field/attribute q.'],
  [{ 'q[x].field': ['a'] }, 'field/attribute q.'],
  [{ 'q.other': ['a'] }, 'Unknown argument: "q.other"'],
  [{ 'q.field': ['name'] }, 'field/attribute value. Mandatory field missing.'],
  [{ 'q.value': ['name'] }, 'field/attribute field. Mandatory field missing.'],
  [by('resource_id', 'x'), "Invalid input for field/attribute field. Value: 'resource_id'."],
  [by('alarm_id', 'x'), "Invalid input for field/attribute field. Value: 'alarm_id'."],
  [by('enabled', 'maybe'), 'field/attribute enabled.'],
  [by('timestamp', 'x'), 'field/attribute timestamp.'],
  [by('project_id', 'x'.repeat(256)), 'It is too long.'],
  [{ ...by('name', 'b'), 'q.op': ['lt'] }, "Invalid input for field/attribute op. Value: 'lt'."],
  [{ limit: ['-1'] }, 'field/attribute limit.'],
  [{ limit: ['x'] }, 'field/attribute limit.'],
  [{ limit: ['1', '2'] }, 'Given more than once.'],
  [{ sort: ['description'] }, 'field/attribute sort.'],
  [{ sort: ['name:up'] }, 'field/attribute sort.'],
])('%j is refused: %s', (query, message) => {
  expect(() => numbers(query)).toThrow(message);
});

const caller = (role: string) => ({
  user_id: 'u',
  user_name: 'u',
  project_id: 'a',
  roles: [role, 'reader'],
});
const [admin, reader] = [caller('admin'), caller('reader')];

test.each([
  [{}, admin, { project_id: 'a' }],
  [{}, reader, { project_id: 'a' }],
  [by('name', ''), reader, { project_id: 'a', name: '' }],
  [{ ...by('name', 'n'), all_projects: ['1'] }, admin, { name: 'n' }],
  [by('project_id', 'a'), reader, { project_id: 'a' }],
  [by('project_id', 'b'), admin, { project_id: 'b' }],
  [by('all_projects', 'true'), admin, {}],
  [{ all_projects: ['true'] }, admin, {}],
  [by('all_projects', 'false'), admin, { project_id: 'a' }],
  [by('all_projects', 'false'), reader, { project_id: 'a' }],
])('the query %j reads the alarms in its scope', (query, who, scope) => {
  expect(scopeOf(readAlarmList(query), who)).toEqual(scope);
});

test('only an administrator may list alarms of other projects', () => {
  const scope = (query: Query) => () => scopeOf(readAlarmList(query), reader);
  expect(scope(by('project_id', 'b'))).toThrow('Not Authorized to access project b');
  expect(scope(by('project_id', ''))).toThrow('Not Authorized to access project ');
  expect(scope(by('all_projects', 'True'))).toThrow('RBAC Authorization Failed');
});

const found = (body: unknown) =>
  listed(alarms, readAlarmQuery(body)).map(({ alarm_id }) => Number(alarm_id.slice(-1)));
const finds = (filter: unknown) => found({ filter: JSON.stringify(filter) });
const seven = { name: 'b' };

test.each<[unknown, number[]]>([
  [{ '=': { name: 'b' } }, [4, 1]],
  [{ eq: { name: 'b' } }, [4, 1]],
  [{ '==': { user: 'v' } }, [3]],
  [{ '!=': { name: 'b' } }, [3, 2]],
  [{ ne: { project: 'a' } }, []],
  [{ '=': { enabled: false } }, [1]],
  [{ '=': { enabled: 'False' } }, [1]],
  [{ '=': { enabled: 0 } }, [1]],
  [{ '=': { alarm_id: id(2) } }, [2]],
  [{ '<': { name: 'b' } }, [2]],
  [{ lt: { name: 'b' } }, [2]],
  [{ '>': { name: 'b' } }, [3]],
  [{ gt: { name: 'b' } }, [3]],
  [{ '<=': { name: 'b' } }, [4, 2, 1]],
  [{ '=<': { name: 'b' } }, [4, 2, 1]],
  [{ le: { name: 'b' } }, [4, 2, 1]],
  [{ '>=': { name: 'b' } }, [4, 3, 1]],
  [{ '=>': { name: 'b' } }, [4, 3, 1]],
  [{ ge: { name: 'b' } }, [4, 3, 1]],
  [{ '>=': { severity: 'moderate' } }, [3, 1]],
  [{ '<': { severity: 'critical' } }, [4, 3, 2]],
  [{ '=': { severity: 'unheard-of' } }, []],
  [{ '>': { timestamp: '2026-01-01T01:00:02+01:00' } }, [4, 3]],
  [{ '=': { timestamp: '2026-01-01T00:00:02' } }, [2]],
  [{ '=': { resource_id: 'x' } }, []],
  [{ '!=': { resource_id: 'x' } }, [4, 3, 2, 1]],
  [{ '=~': { name: '^[bc]$' } }, [4, 3, 1]],
  [{ '=~': { name: 'B' } }, []],
  [{ '=~': { name: '(?i)B' } }, [4, 1]],
  [{ '=~': { rule: '"event_type":"[*]"' } }, [4, 3, 2, 1]],
  [{ in: { name: ['a', 'c', 'x'] } }, [3, 2]],
  [{ IN: { severity: ['low', 'critical'] } }, [4, 2, 1]],
  [{ and: [{ '=': seven }, { '=': { type: 'event' } }] }, [1]],
  [{ OR: [{ '=': { name: 'a' } }, { '=': { name: 'c' } }] }, [3, 2]],
  [{ not: { '=': seven } }, [3, 2]],
  [{ Not: { or: [{ '=': seven }, { not: { '=': { state: 'alarm' } } }] } }, [2]],
])('the filter %j finds %j', (filter, expected) => {
  expect(finds(filter)).toEqual(expected);
});

const nested = (levels: number): unknown =>
  levels === 0 ? { '=': seven } : { not: nested(levels - 1) };

test.each<[unknown, string]>([
  [{}, 'An object with one operator is expected.'],
  [[], 'An object with one operator is expected.'],
  [null, 'An object with one operator is expected.'],
  [7, 'An object with one operator is expected.'],
  [{ '=': seven, '<': seven }, 'An object with one operator is expected.'],
  [{ like: seven }, "Value: 'like'. No such operator."],
  [{ '=': {} }, 'An object with one field is expected.'],
  [{ '=': 'b' }, 'An object with one field is expected.'],
  [{ '=': { name: 'a', type: 'b' } }, 'An object with one field is expected.'],
  [{ '=': { name: {} } }, "Value: 'name'. A value is expected."],
  [{ '=': { name: null } }, "Value: 'name'. A value is expected."],
  [{ '=': { name: ['b'] } }, "Value: 'name'. A value is expected."],
  [{ '=': { name: 'x'.repeat(1025) } }, "Value: 'name'. A value is expected."],
  [{ '=': { surprise: 'a' } }, "Value: 'surprise'. No such field."],
  [{ '=': { revision: 1 } }, "Value: 'revision'. No such field."],
  [{ in: { name: 'b' } }, 'One to 100 values are expected.'],
  [{ in: { name: [] } }, 'One to 100 values are expected.'],
  [{ in: { name: Array.from({ length: 101 }, () => 'a') } }, 'One to 100 values are expected.'],
  [{ and: [] }, 'A list of two or more conditions is expected.'],
  [{ or: [{ '=': seven }] }, 'A list of two or more conditions is expected.'],
  [{ and: { '=': seven } }, 'A list of two or more conditions is expected.'],
  [{ and: [{ '=': seven }, null] }, 'An object with one operator is expected.'],
  [{ not: [] }, 'An object with one operator is expected.'],
  [{ '=': { enabled: 'maybe' } }, "field/attribute enabled. Value: 'maybe'."],
  [{ '<': { timestamp: 'x' } }, "field/attribute timestamp. Value: 'x'."],
  [{ '<': { severity: 'x' } }, 'Expected one of low, moderate, critical.'],
  [{ '=~': { name: '[' } }, 'Not a valid regular expression, or too large.'],
  [{ '=~': { name: '(?=b)' } }, 'Not a valid regular expression, or too large.'],
  [{ '=~': { name: 'a{1000}'.repeat(9) } }, 'Not a valid regular expression, or too large.'],
  [{ '=~': { name: 'x'.repeat(256) } }, 'Not a valid regular expression, or too large.'],
  [nested(20), 'At most 20 levels are allowed.'],
  [{ or: Array(11).fill({ '=~': { name: 'a' } }) }, 'At most 10 regular expressions are allowed.'],
  [
    { and: Array.from({ length: 400 }, () => ({ or: [{ '=': seven }, { '=': seven }] })) },
    'At most 500 conditions are allowed.',
  ],
])('the filter %j is refused: %s', (filter, message) => {
  expect(() => finds(filter)).toThrow(message);
  expect(() => finds(filter)).toThrow('Invalid input for field/attribute');
});

/** A backtracking engine would not finish this match before the timeout. */
test('the time of a match grows with the text, also for a malicious pattern', () => {
  const long = [alarmWith({ description: `${'x'.repeat(1023)}!` })];
  const query = readAlarmQuery({ filter: '{"=~": {"description": "^(x+x+)+y$"}}' });
  expect(listed(long, query)).toEqual([]);
});

test.each<[unknown, number[]]>([
  [undefined, [4, 3, 2, 1]],
  [{}, [4, 3, 2, 1]],
  [{ filter: '' }, [4, 3, 2, 1]],
  [{ filter: '{"eq": {"name": "b"}}', limit: 1 }, [4]],
  [{ orderby: '[{"name": "ASC"}, {"timestamp": "desc"}]' }, [2, 4, 1, 3]],
  [{ orderby: '[{"severity": "desc"}]', limit: 2 }, [1, 3]],
  [{ orderby: '[{"timestamp": "asc"}]' }, [1, 2, 3, 4]],
])('the query %j finds %j', (body, expected) => {
  expect(found(body)).toEqual(expected);
});

test.each<[unknown, string]>([
  [[], 'An object is expected.'],
  [null, 'An object is expected.'],
  [{ filter: null }, 'field/attribute filter'],
  [{ filter: {} }, 'field/attribute filter'],
  [{ filter: 'x' }, 'field/attribute filter. It is not JSON.'],
  [{ limit: 0 }, 'Limit should be positive'],
  [{ limit: -1 }, 'Limit should be positive'],
  [{ limit: '1' }, 'Limit should be positive'],
  [{ limit: null }, 'Limit should be positive'],
  [{ orderby: null }, 'field/attribute orderby'],
  [{ orderby: 'x' }, 'field/attribute orderby. It is not JSON.'],
  [{ orderby: '{}' }, 'A list is expected.'],
  [{ orderby: '[{}]' }, 'Exactly one field is expected.'],
  [{ orderby: '[{"name": "up"}]' }, 'field/attribute orderby'],
  [{ orderby: '[{"surprise": "asc"}]' }, 'field/attribute orderby'],
  [{ surprise: 1 }, 'Unknown attribute for argument data: surprise'],
])('the query %j is refused: %s', (body, message) => {
  expect(() => found(body)).toThrow(message);
});

const scopeOfQuery = (filter: unknown, who = reader) =>
  queryScope(readAlarmQuery(filter ? { filter: JSON.stringify(filter) } : {}), who);

test("a query reads the caller's project; an administrator's reads all projects", () => {
  const named = { '=': { project_id: 'b' } };
  expect(scopeOfQuery(undefined)).toEqual({ project_id: 'a' });
  expect(scopeOfQuery(undefined, admin)).toEqual({});
  expect(scopeOfQuery(named, admin)).toEqual({ project_id: 'b' });
});

test.each([
  { '=': { project_id: 'b' } },
  { '!=': { project_id: 'b' } },
  { '=~': { project: '.' } },
  { in: { project_id: ['a', 'b'] } },
  { not: { or: [{ '=': { name: 'n' } }, { '=': { project: 'b' } }] } },
])('only an administrator may name other projects: %j', (filter) => {
  expect(() => scopeOfQuery(filter)).toThrow('Not Authorized to access project');
  expect(scopeOfQuery(filter, admin)).toBeDefined();
});

test('a comparison that every result must meet limits the rows that are read; others do not', () => {
  const [name, alarm_id] = ['n', id(1)];
  const both = {
    and: [{ '=': { name } }, { and: [{ eq: { alarm_id } }, { '<': { name: 'z' } }] }],
  };
  expect(scopeOfQuery(both)).toEqual({ project_id: 'a', name, alarm_id });
  expect(scopeOfQuery({ or: [{ '=': { name } }, { '=': { name } }] })).toEqual({ project_id: 'a' });
  expect(scopeOfQuery({ not: { '=': { name } } })).toEqual({ project_id: 'a' });
  for (const key of ['x'.repeat(256), '\ud800']) {
    expect(scopeOfQuery({ '=': { name: key } })).toEqual({ project_id: 'a' });
  }
  expect(scopeOfQuery({ '=': { alarm_id: '' } })).toEqual({ project_id: 'a' });
});

/** Any JSON value, often similar to a filter. */
const { filter: anyFilter } = fc.letrec<{ filter: unknown }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom('=', '!=', '<', 'ge', '=~', 'in', 'AND', 'or', 'not', '__proto__'),
      fc.oneof(
        fc.dictionary(
          fc.constantFrom('name', 'severity', 'timestamp', 'enabled', 'project', 'alarm_id', 'x'),
          fc.jsonValue(),
          { maxKeys: 2 },
        ),
        fc.array(tie('filter'), { maxLength: 3 }),
        tie('filter'),
      ),
      { maxKeys: 2 },
    ),
  ),
}));

test('any query is answered, or refused with the field, and reads only what the caller may see', () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      const body = { filter: JSON.stringify(filter) };
      try {
        const query = readAlarmQuery(body);
        expect(queryScope(query, reader)).toMatchObject({ project_id: 'a' });
        listed(alarms, query);
        expect(historyScope(readHistoryQuery(body), reader)).toMatchObject({ on_behalf_of: 'a' });
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        expect(error).toHaveProperty(
          'message',
          expect.stringMatching(/field\/attribute|Not Authorized to access project/),
        );
      }
    }),
  );
});
