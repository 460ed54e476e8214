import { expect, test } from 'vitest';
import { listed, readListRequest, scopeOf } from '../../domain/alarm-list.ts';
import { queryScope, readQueryRequest } from '../../domain/alarm-query.ts';
import { alarmWith } from './alarms.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const at = (n: number) => `2026-01-01T00:00:0${n}.000Z`;
const alarms = [
  alarmWith({ alarm_id: id(1), name: 'b', severity: 'critical', timestamp: at(1), enabled: false }),
  alarmWith({ alarm_id: id(2), name: 'a', severity: 'low', timestamp: at(2), state: 'alarm' }),
  alarmWith({ alarm_id: id(3), name: 'c', severity: 'moderate', timestamp: at(3), user_id: 'v' }),
  alarmWith({ alarm_id: id(4), name: 'b', type: 'notification', timestamp: at(4) }),
];
type Query = Record<string, string[]>;
const numbers = (query: Query) =>
  listed(alarms, readListRequest(query)).map(({ alarm_id }) => Number(alarm_id.slice(-1)));
const by = (field: string, value: string): Query => ({ 'q.field': [field], 'q.value': [value] });

test.each<[Query, number[]]>([
  [{}, [4, 3, 2, 1]],
  [{ sort: ['name'] }, [2, 1, 4, 3]],
  [{ sort: ['name:desc', 'timestamp:desc'] }, [3, 4, 1, 2]],
  [{ sort: ['severity:desc'] }, [1, 3, 2, 4]],
  [{ sort: ['enabled:asc'] }, [1, 2, 3, 4]],
  [{ limit: ['2'] }, [4, 3]],
  [{ limit: ['0'] }, [4, 3, 2, 1]],
  [{ limit: ['2'], marker: [id(3)] }, [2, 1]],
  [{ sort: ['name'], marker: [id(1)] }, [4, 3]],
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
  // A marker that a filter leaves out still says where to go on.
  [{ ...by('name', 'b'), marker: [id(3)] }, [1]],
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
  [{ marker: [id(9)] }, 'field/attribute marker.'],
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
  [by('project_id', 'a'), reader, { project_id: 'a' }],
  [by('project_id', 'b'), admin, { project_id: 'b' }],
  [by('all_projects', 'true'), admin, 'all projects'],
  [{ all_projects: ['true'] }, admin, 'all projects'],
  [by('all_projects', 'false'), admin, { project_id: 'a' }],
  [by('all_projects', 'false'), reader, { project_id: 'a' }],
])('%j reads of the projects of', (query, who, scope) => {
  expect(scopeOf(readListRequest(query), who)).toEqual(scope);
});

test('nobody but an administrator lists what is not their own', () => {
  const scope = (query: Query) => () => scopeOf(readListRequest(query), reader);
  expect(scope(by('project_id', 'b'))).toThrow('Not Authorized to access project b');
  expect(scope(by('project_id', ''))).toThrow('Not Authorized to access project ');
  expect(scope(by('all_projects', 'True'))).toThrow('RBAC Authorization Failed');
});

const found = (body: unknown) =>
  listed(alarms, readQueryRequest(body)).map(({ alarm_id }) => Number(alarm_id.slice(-1)));

test.each<[unknown, number[]]>([
  [undefined, [4, 3, 2, 1]],
  [{}, [4, 3, 2, 1]],
  [{ filter: '{}' }, [4, 3, 2, 1]],
  [{ filter: '{"=": {"name": "b"}}' }, [4, 1]],
  [{ filter: '{"eq": {"name": "b"}}', limit: 1 }, [4]],
  [{ filter: '{"=": {"enabled": false}}' }, [1]],
  [{ filter: `{"=": {"alarm_id": "${id(2)}"}}` }, [2]],
  [{ filter: '{"==": {"user": "v"}}' }, [3]],
  [{ orderby: '[{"name": "ASC"}, {"timestamp": "desc"}]' }, [2, 4, 1, 3]],
])('the query %j finds %j', (body, expected) => {
  expect(found(body)).toEqual(expected);
});

test.each<[unknown, string]>([
  [[], 'An object is expected.'],
  [null, 'An object is expected.'],
  [{ filter: null }, 'field/attribute filter'],
  [{ filter: {} }, 'field/attribute filter'],
  [{ filter: 'x' }, 'It is not JSON.'],
  [{ filter: '[]' }, 'field/attribute filter'],
  [{ filter: '{"=": {"name": {}}}' }, 'field/attribute filter'],
  [{ filter: '{"=": {"name": "a", "type": "b"}}' }, 'field/attribute filter'],
  [{ filter: '{"=": {"surprise": "a"}}' }, "field. Value: 'surprise'."],
  [{ limit: 0 }, 'Limit should be positive'],
  [{ orderby: '[{"name": "up"}]' }, 'field/attribute sort.'],
  [{ surprise: 1 }, 'Unknown attribute for argument data: surprise'],
])('the query %j is refused: %s', (body, message) => {
  expect(() => found(body)).toThrow(message);
});

test("a query reads the caller's project, an administrator's all", () => {
  const named = readQueryRequest({ filter: '{"=": {"project_id": "b"}}' });
  expect(queryScope(readQueryRequest({}), reader)).toEqual({ project_id: 'a' });
  expect(queryScope(readQueryRequest({}), admin)).toBe('all projects');
  expect(queryScope(named, admin)).toEqual({ project_id: 'b' });
  expect(() => queryScope(named, reader)).toThrow('Not Authorized to access project b');
});
