import { expect, test } from 'vitest';
import { departedServers, hostToFollow } from '../../../domain/ports/departed-servers.ts';
import type { Port } from '../../../domain/ports/port.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { id, instanceWith, minute } from '../rows.ts';
import { portWith } from './ports.ts';

const server = (given: Partial<Instance> = {}): Instance =>
  instanceWith({ uuid: id(100), host: 'new', ...given });
const port = (given: Partial<Port> = {}): Port =>
  portWith({
    ...{ 'binding:host_id': 'old', device_id: id(100), device_owner: 'compute:nova' },
    ...given,
  });

const move = { left: 'old', at: minute(5) };

test('a port follows its server from the host that was left', () => {
  expect(hostToFollow(port(), move, server())).toBe('new');
  expect(hostToFollow(port({ bound_at: minute(5) }), move, server())).toBe('new');
});

test.each<{ why: string; port?: Partial<Port>; server?: Partial<Instance> | undefined }>([
  { why: 'it is bound elsewhere already', port: { 'binding:host_id': 'third' } },
  { why: 'it was bound there after its server had left', port: { bound_at: minute(6) } },
  { why: 'it is on no host', port: { 'binding:host_id': '' } },
  { why: 'it is deleted', port: { deleted: true } },
  { why: 'it is no server’s', port: { device_owner: 'network:dhcp' } },
  { why: 'it is another server’s', port: { device_id: id(101) } },
  { why: 'the server is back', server: { host: 'old' } },
  { why: 'the server is on no host', server: { host: null } },
  { why: 'the server is deleted', server: { deleted: true } },
])('a port stays if $why', (given) => {
  expect(hostToFollow(port(given.port), move, server(given.server))).toBeUndefined();
});

test('a port stays if its server is not known', () => {
  expect(hostToFollow(port(), move, undefined)).toBeUndefined();
});

test('many departures come in messages that fit', () => {
  const changes = Array.from({ length: 2_500 }, (_, n) => ({
    before: server({ uuid: id(n), host: 'old' }),
    after: server({ uuid: id(n) }),
  }));
  expect(departedServers(changes).map(({ servers }) => servers.length)).toEqual([
    ...[1_000, 1_000, 500],
  ]);
});
