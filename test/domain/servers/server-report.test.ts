/** The facts about servers in Nova's events, as Ceilometer publishes them. */
import { expect, test } from 'vitest';
import type { Trait } from '../../../domain/events/event.ts';
import { factsAfter, serverReport } from '../../../domain/servers/server-report.ts';
import { eventWith } from '../events/events.ts';
import { id, instanceWith } from '../rows.ts';

/** The traits of Ceilometer's own definition. */
const stock: readonly Trait[] = [
  ['service', 1, 'compute'],
  ['project_id', 1, 'p'],
  ['user_id', 1, 'u'],
  ['instance_id', 1, id(10).toUpperCase()],
  ['display_name', 1, 'vnf-2'],
  ['host', 1, 'compute-1'],
  ['memory_mb', 2, 2048],
  ['disk_gb', 2, 30],
  ['root_gb', 2, 20],
  ['ephemeral_gb', 2, 10],
  ['vcpus', 2, 2],
  ['instance_type', 1, 'm1.small'],
  ['state', 1, 'active'],
  ['launched_at', 4, '2026-01-01T00:04:30'],
];

const of = (event_type: string, ...more: readonly Trait[]) =>
  serverReport({
    ...eventWith(...stock, ...more),
    event_type: `compute.instance.${event_type}`,
    generated: '2026-01-01T08:30:00.123456',
  });

test('the end of a creation contains all that a server needs', () => {
  const report = of('create.end');
  expect(report).toMatchObject({
    uuid: id(10),
    reported_at: '2026-01-01T08:30:00.123Z',
    deleted: false,
    host: 'compute-1',
  });
  expect(report && factsAfter(report, undefined)).toMatchObject({
    name: 'vnf-2',
    project_id: 'p',
    user_id: 'u',
    host: 'compute-1',
    vm_state: 'active',
    power_state: 1,
    created_at: '2026-01-01T00:04:30.000Z',
    launched_at: '2026-01-01T00:04:30.000Z',
    flavor: { original_name: 'm1.small', vcpus: 2, ram: 2048, disk: 20, ephemeral: 10 },
  });
});

test.each([
  ['create.end', 'compute-1'],
  ['exists', 'compute-1'],
  ['live_migration.post.dest.end', 'compute-1'],
  ['finish_resize.end', 'compute-1'],
  // The service that sends these events may be on the old or on the new host.
  ['update', undefined],
  ['live_migration.pre.end', undefined],
  ['live_migration._post.end', undefined],
  ['resize.confirm.end', undefined],
  ['create.start', undefined],
])('%s names the host %s', (type, host) => {
  expect(of(type)?.host).toBe(host);
});

test('the host of another service, as of a reset state, is not the host of the server', () => {
  expect(of('exists', ['service', 1, 'api'], ['host', 1, 'controller-0'])?.host).toBeUndefined();
});

test('a server that was offloaded has no host', () => {
  expect(of('shelve_offload.end', ['state', 1, 'shelved_offloaded'])?.host).toBeNull();
});

test.each([
  ['delete.end', []],
  ['exists', [['deleted_at', 4, '2026-01-01T08:00:00']]],
  ['update', [['state', 1, 'deleted']]],
] as [string, Trait[]][])('%s with %o says that it is deleted', (type, more) => {
  expect(of(type, ...more)?.deleted).toBe(true);
});

test('missing fields stay unchanged, and the project never changes', () => {
  const existing = instanceWith({ name: 'old', image_id: 'image' });
  const report = serverReport({
    ...eventWith(['instance_id', 1, id(10)], ['state', 1, 'error'], ['project_id', 1, 'other']),
  });
  const { uuid, host, name, project_id } = existing;
  expect(report && factsAfter(report, existing)).toMatchObject({
    ...{ host, name, project_id, image_id: 'image', vm_state: 'error' },
  });
  expect(report?.uuid).toBe(uuid);
});

test.each([
  ['of something else', { event_type: 'port.update.end' }],
  ['without a uuid', { traits: [] }],
  ['without a time', { generated: 'yesterday' }],
])('an event %s is no report', (_, more) => {
  expect(serverReport({ ...eventWith(['instance_id', 1, id(10)]), ...more })).toBeUndefined();
});

test('an unknown server needs a host, a project and a state', () => {
  const incomplete = of('update');
  expect(incomplete && factsAfter(incomplete, undefined)).toBeUndefined();
});
