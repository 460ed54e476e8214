import { expect, test } from 'vitest';
import * as z from 'zod';
import { errorBody } from '../../../adapters/http/dialects.ts';
import { DomainError, Refusal } from '../../../domain/errors.ts';
import { requiredRevision } from '../../../functions/network/if-match.ts';
import { readNewPorts, readPortUpdate } from '../../../functions/network/port-input.ts';
import { id } from '../../domain/rows.ts';

const tenant = { project_id: 'a', manages: false };
const manager = { project_id: 'ops', manages: true };
const network_id = id(800);

const Body = z.object({ NeutronError: z.object({ type: z.string(), message: z.string() }) });

/** How something is refused: Neutron's type and message. */
function refusalOf(run: () => unknown): { type: string; message: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const reason = error instanceof Refusal ? error.reason : undefined;
    return Body.parse(errorBody('network', error.code, error.message, reason)).NeutronError;
  }
  throw new Error('it was not refused');
}

const long = 'x'.repeat(256);

/** The table of docs/wire/network.md#errors. */
test.each([
  { body: undefined, message: "Unable to find 'port' in request body" },
  { body: null, message: "Unable to find 'port' in request body" },
  { body: {}, message: "Unable to find 'port' in request body" },
  { body: { port: null }, message: "Unable to find 'port' in request body" },
  { body: { port: 'p' }, message: "Object 'port' contains invalid data" },
  { body: { port: [] }, message: "Object 'port' contains invalid data" },
  { body: [], message: 'Body contains invalid data' },
  { body: 'text', message: 'Body contains invalid data' },
  { body: { ports: [{}] }, message: 'Bulk operation not supported' },
  { body: { port: { foo: 1 } }, message: "Unrecognized attribute(s) 'foo'" },
  {
    body: JSON.parse('{"port": {"__proto__": {}}}'),
    message: "Unrecognized attribute(s) '__proto__'",
  },
  {
    body: JSON.parse('{"port": {"fixed_ips": [{"ip_address": "::1", "__proto__": 1}]}}'),
    message: "Invalid input for fixed_ips. Reason: unexpected key '__proto__'.",
  },
  { body: { port: { foo: 1, bar: 2 } }, message: "Unrecognized attribute(s) 'foo, bar'" },
  {
    body: { port: { project_id: 'a', tenant_id: 'b' } },
    message: "'project_id' and 'tenant_id' do not match",
  },
  { body: { port: { id: id(1) } }, message: 'Cannot update read-only attribute id' },
  { body: { port: { network_id } }, message: 'Cannot update read-only attribute network_id' },
  { body: { port: { tags: [] } }, message: 'Cannot update read-only attribute tags' },
  {
    body: { port: { data_plane_status: 'down' } },
    message: 'Invalid input for data_plane_status. Reason: down is not in valid_values.',
  },
  {
    body: { port: { data_plane_status: '' } },
    message: 'Invalid input for data_plane_status. Reason:  is not in valid_values.',
  },
  {
    body: { port: { data_plane_status: true } },
    message: 'Invalid input for data_plane_status. Reason: True is not in valid_values.',
  },
  {
    body: { port: { data_plane_status: 'ERROR' } },
    message: 'Invalid input for data_plane_status. Reason: ERROR is not in valid_values.',
  },
  {
    body: { port: { status: 'X' } },
    message: 'Invalid input for status. Reason: X is not in valid_values.',
  },
  {
    body: { port: { status: null } },
    message: 'Invalid input for status. Reason: None is not in valid_values.',
  },
  {
    body: { port: { name: 7 } },
    message: "Invalid input for name. Reason: '7' is not a valid string.",
  },
  {
    body: { port: { name: '\ud800' } },
    message: "Invalid input for name. Reason: '\ud800' is not a valid string.",
  },
  {
    body: { port: { name: long } },
    message: `Invalid input for name. Reason: '${long}' exceeds maximum length of 255.`,
  },
  {
    body: { port: { device_id: null } },
    message: "Invalid input for device_id. Reason: 'None' is not a valid string.",
  },
  {
    body: { port: { mac_address: 'aa:bb' } },
    message: "Invalid input for mac_address. Reason: 'aa:bb' is not a valid MAC address.",
  },
  {
    body: { port: { security_groups: ['x'] } },
    message: "Invalid input for security_groups. Reason: 'x' is not a valid UUID.",
  },
  {
    body: { port: { data_plane_status: 'DOWN', dp_down: 'no' } },
    message: "'data_plane_status' and 'dp_down' do not match",
  },
])('a PUT of $body is refused: $message', ({ body, message }) => {
  expect(refusalOf(() => readPortUpdate(body))).toEqual({ type: 'HTTPBadRequest', message });
});

test.each([
  ['maybe', "'maybe'"],
  ['', "''"],
  [null, "'None'"],
  [2, "'2'"],
  [[], "'[]'"],
])('%j is no boolean', (dp_down, shown) => {
  expect(refusalOf(() => readPortUpdate({ port: { dp_down } }))).toEqual({
    type: 'InvalidInput',
    message: `Invalid input for operation: ${shown} cannot be converted to boolean.`,
  });
});

test.each([true, 1, '1', 't', ' TRUE ', 'On', 'y', 'YES'])('%j is true', (dp_down) => {
  expect(readPortUpdate({ port: { dp_down } }).values).toEqual({ dp_down: true });
});
test.each([false, 0, '0', 'F', 'false', 'off', 'n', 'No '])('%j is false', (dp_down) => {
  expect(readPortUpdate({ port: { dp_down } }).values).toEqual({ dp_down: false });
});

test('values are compared after they are parsed', () => {
  const port = { data_plane_status: 'DOWN', dp_down: 'yes' };
  expect(readPortUpdate({ port }).values).toEqual({ data_plane_status: 'DOWN', dp_down: true });
});

test.each([
  { port: {}, message: "Failed to parse request. Required attribute 'network_id' not specified" },
  ...['status', 'data_plane_status', 'dp_down', 'tags', 'id'].map((name) => ({
    port: { network_id, [name]: null },
    message: `Attribute '${name}' not allowed in POST`,
  })),
  {
    port: { network_id: 'n' },
    message: "Invalid input for network_id. Reason: 'n' is not a valid UUID.",
  },
  {
    port: { network_id, project_id: 'b' },
    message:
      "Specifying 'project_id' other than the authenticated project in request is not allowed for the current user.",
  },
  { port: { network_id, foo: 1 }, message: "Unrecognized attribute(s) 'foo'" },
  {
    port: { network_id, fixed_ips: [{ ip_address: 'x' }] },
    message: "Invalid input for fixed_ips. Reason: 'x' is not a valid IP address.",
  },
  {
    port: { network_id, 'binding:profile': 'x' },
    message: "Invalid input for binding:profile. Reason: 'x' is not a dictionary.",
  },
])('a POST of $port is refused: $message', ({ port, message }) => {
  const refusal = { type: 'HTTPBadRequest', message };
  expect(refusalOf(() => readNewPorts({ port }, tenant))).toEqual(refusal);
  const ports = [{ network_id }, port];
  expect(refusalOf(() => readNewPorts({ ports }, tenant))).toEqual(refusal);
});

test('a manager of ports may name the id and the project', () => {
  const port = { network_id, id: id(1).toUpperCase(), tenant_id: 'b' };
  const { bulk, ports } = readNewPorts({ port }, manager);
  expect({ bulk, values: ports[0]?.values }).toEqual({
    bulk: false,
    values: { id: id(1), network_id, project_id: 'b' },
  });
});

test('a list of ports holds a hundred at most, and one at least', () => {
  const port = { network_id };
  const many = (count: number) => () =>
    readNewPorts({ ports: Array.from({ length: count }, () => port) }, tenant);
  expect(many(100)()).toMatchObject({ bulk: true });
  expect(refusalOf(many(101)).message).toBe('At most 100 ports may be created at once');
  expect(refusalOf(many(0)).message).toBe('Resources required');
  expect(readNewPorts({ ports: [{ port }] }, tenant).ports).toHaveLength(1);
});

test.each([
  ['revision_number=7', 7],
  [undefined, undefined],
])('If-Match %s asks for %s', (header, revision) => {
  expect(requiredRevision(header)).toBe(revision);
});

test.each(['7', 'revision_number=', 'revision_number=x', '*', 'revision_number=7, x'])(
  'If-Match %s is refused',
  (header) => {
    expect(refusalOf(() => requiredRevision(header)).type).toBe('BadRequest');
  },
);

test('a profile is the same in whatever order its keys come, and keeps each of them', () => {
  const profileIn = (json: string) =>
    readPortUpdate({ port: { 'binding:profile': JSON.parse(json) } }).values['binding:profile'];
  expect(profileIn('{"b": [{"d": 1, "c": 2}], "a": null}')).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(profileIn('{"a": null, "b": [{"c": 2, "d": 1}]}')).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  expect(profileIn('{"__proto__": 1, "toString": 2}')).toBe('{"__proto__":1,"toString":2}');
});
