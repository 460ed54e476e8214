/** The list of hosts, and the counts of zones, in a real table. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { reportStore } from '../../adapters/hosts/reports.ts';
import type { Host } from '../../domain/hosts/host.ts';
import { ListedHost } from '../../domain/hosts/listed-host.ts';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import { afterUpdate, type ServiceUpdate } from '../../domain/hosts/service-update.ts';
import { hostWith, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const client = dynamodb();
let own: OwnThings;
let hosts: ReturnType<typeof hostStore>;
let reports: ReturnType<typeof reportStore>;
beforeAll(async () => {
  own = await ownThings();
  const {
    HOSTS_TABLE,
    ROSTER_TABLE,
    FAULTS_TABLE,
    MIGRATIONS_TABLE,
    INSTANCES_TABLE,
    CONDITIONS_TABLE,
  } = own.env;
  const tables = {
    ...{ hosts: HOSTS_TABLE, roster: ROSTER_TABLE, conditions: own.env.CONDITIONS_TABLE },
    ...{ faults: FAULTS_TABLE, migrations: MIGRATIONS_TABLE, instances: INSTANCES_TABLE },
    conditions: CONDITIONS_TABLE,
  };
  hosts = hostStore(client, tables);
  reports = reportStore(client, tables);
});
afterAll(async () => {
  await own.cleanup();
  client.destroy();
});

const actor = { user_id: 'u', request_id: 'req-1', at: minute(20) };
const reporter = { user_id: 'u', user_name: 'u', project_id: 'ops' };
const newHost = (given: Partial<Host> = {}) =>
  hostWith({ host: `h-${randomUUID()}`, service_id: randomUUID(), ...given });

async function registered(given: Partial<Host> = {}): Promise<Host> {
  const host = newHost(given);
  expect(await hosts.saveHost(undefined, host)).toBe(true);
  return host;
}
async function updated(from: Host, update: ServiceUpdate): Promise<Host> {
  const report = afterUpdate(from, update, actor, reporter);
  if (!report) return expect.unreachable();
  expect(await reports.saveReport(from, report)).toBe(true);
  return report.host;
}
async function replaced(from: Host, change: Partial<Host>): Promise<Host> {
  const to = { ...from, revision: from.revision + 1, ...change };
  expect(await hosts.saveHost(from, to)).toBe(true);
  return to;
}
async function deleted(from: Host): Promise<void> {
  expect(await hosts.saveHost(from, deletedHost(from, actor))).toBe(true);
}
const listed = async ({ host }: Host) =>
  (await hosts.allHosts()).find((each) => each.host === host);

test('the list shows the last write: a registration, a report, facts or a deletion', async () => {
  const first = await registered({ disabled_reason: null, host_ip: null });
  expect(await listed(first)).toEqual(ListedHost.parse(first));
  const down = await updated(first, { forced_down: true });
  expect(await listed(first)).toEqual(ListedHost.parse(down));
  const grown = await replaced(down, { vcpus: 64 });
  expect(await listed(first)).toMatchObject({ forced_down: true, vcpus: 64 });
  await deleted(grown);
  expect(await listed(first)).toBeUndefined();
});

test('a report that finds another row than it read changes neither the host nor the list', async () => {
  const first = await registered();
  await replaced(first, { vcpus: 64 });
  const report = afterUpdate(first, { forced_down: true }, actor, reporter);
  if (!report) return expect.unreachable();
  expect(await reports.saveReport(first, report)).toBe(false);
  expect(await listed(first)).toMatchObject({ forced_down: false, vcpus: 64 });
});

test('the list has the newest heartbeat, and a host that was deleted does not come back', async () => {
  const host = await registered({ heartbeat: true });
  await hosts.seenUp(host.host, minute(22));
  expect(await listed(host)).toMatchObject({ last_seen_up: minute(22) });
  await hosts.seenUp(host.host, minute(21));
  expect(await listed(host)).toMatchObject({ last_seen_up: minute(22) });
  const now = await hosts.host(host.host);
  if (!now) return expect.unreachable();
  await deleted(now);
  expect(await hosts.seenUp(host.host, minute(23))).toBe('unknown');
  expect(await listed(host)).toBeUndefined();
});

test('zones are counted with every change of a host', async () => {
  const [west, east] = [`west ü ${randomUUID()}`, `east#${randomUUID()}`];
  const zones = async () =>
    Object.fromEntries(
      (await hosts.zones())
        .filter(({ name }) => name === west || name === east)
        .map(({ name, available }) => [name, available]),
    );
  expect(await zones()).toEqual({});
  const first = await registered({ zone: west });
  const second = await registered({ zone: west });
  expect(await zones()).toEqual({ [west]: true });
  const disabled = await updated(first, { status: 'disabled' });
  expect(await zones()).toEqual({ [west]: true });
  const moved = await replaced(second, { zone: east });
  expect(await zones()).toEqual({ [west]: false, [east]: true });
  const down = await updated(moved, { forced_down: true });
  expect(await zones()).toEqual({ [west]: false, [east]: true });
  await deleted(down);
  expect(await zones()).toEqual({ [west]: false });
  await replaced(disabled, { status: 'enabled' });
  expect(await zones()).toEqual({ [west]: true });
});
