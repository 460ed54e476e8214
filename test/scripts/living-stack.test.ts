import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { processesOf } from '../../scripts/stack/processes.ts';
import { root } from '../../scripts/stack/state.ts';
import { portId, serverId, serverItem } from '../cloud/listings.ts';
import {
  cloudHosts,
  cloudSettings,
  doctor,
  failedBefore,
  seenIn,
  standInFor,
  startScheduled,
} from './beside-a-cloud.ts';
import { type KeptStack, keptStack, watchedServer } from './kept-stack.ts';
import { askWith, providerOfTokens } from './provider-of-tokens.ts';
import { heartbeatSettings, silentHost } from './silent-host.ts';
import { otherProcess } from './spawned.ts';

let stack: KeptStack;
/** The host is registered at first, and still exists after each refused command. */
const host = `cmp-${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  stack = await keptStack();
  const admin = await stack.login('admin');
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
}, 180_000);
afterAll(() => stack?.remove());

const expectHost = async () => {
  const { status } = await (await stack.login('admin')).call('GET', `/doctor/v1/hosts/${host}`);
  expect(status).toBe(200);
};

describe('up, for a stack that runs', () => {
  test('refuses a stack that does not answer, names the command that discards it, and does not touch it', async () => {
    const { pid, instance } = stack.state();
    const before = processesOf(instance);
    process.kill(pid, 'SIGSTOP');
    const up = await stack.up({ DOCTOR_PATIENCE_SECONDS: '3' });
    expect(up.status).toBe(1);
    expect(up.output).toContain(`(process ${pid}) runs, and has not answered for 3 s`);
    expect(up.output).toContain('"npm run down -- --discard" deletes its data as well');
    expect(processesOf(instance)).toEqual(before);
    process.kill(pid, 'SIGCONT');
    await expectHost();
  });

  test('waits for a slow stack', async () => {
    const { pid } = stack.state();
    process.kill(pid, 'SIGSTOP');
    const up = stack.begin('up');
    await up.printed('Asking the stack that is up');
    setTimeout(() => process.kill(pid, 'SIGCONT'), 5000);
    expect(await up.ended).toBe(0);
    expect(up.output()).toContain('Using the stack that is up');
    expect(stack.state().pid).toBe(pid);
    await expectHost();
  });

  test('down ends a stack that does not answer, and keeps its data', async () => {
    process.kill(stack.state().pid, 'SIGSTOP');
    const down = await stack.down();
    expect(down.status, down.output).toBe(0);
    expect(processesOf(stack.state().instance)).toEqual([]);
    expect((await stack.up()).status).toBe(0);
    await expectHost();
  });

  test('a second process on the same data is refused', () => {
    const folder = join(stack.dir, 'data');
    const keeper = () =>
      execFileSync(join(root, '.venv/bin/python'), ['-m', 'keeper.main', 'unknown'], {
        env: {
          ...{ PYTHONPATH: join(root, 'scripts/stack'), PATH: process.env.PATH },
          ...{ DOCTOR_KEPT_DIR: folder, STATE_DIR: folder, GATEWAY_PORT: '1' },
        },
        encoding: 'utf8',
      });
    expect(keeper).toThrow(expect.objectContaining({ status: 3 }));
  });
});

test('a full disk: calls fail and down refuses; with space again, nothing is lost', async () => {
  const { pid } = stack.state();
  const allow = (bytes: string) =>
    execFileSync(join(root, '.venv/bin/python'), [
      '-c',
      'import resource, sys; r = resource; pid = int(sys.argv[1]); hard = r.RLIM_INFINITY\n' +
        'r.prlimit(pid, r.RLIMIT_FSIZE, (hard if sys.argv[2] == "all" else int(sys.argv[2]), hard))',
      String(pid),
      bytes,
    ]);
  const admin = await stack.login('admin');
  allow('1');
  const late = `cmp-${randomUUID().slice(0, 8)}`;
  const refused = await admin.call('PUT', `/doctor/v1/hosts/${late}`, { body: { zone: 'nova' } });
  expect(refused.status).toBeGreaterThanOrEqual(500);
  const up = await stack.up();
  expect(up.output).toContain('Its data cannot be written');
  const down = await stack.down();
  expect(down.status).toBe(1);
  expect(down.output).toContain('could not be saved');
  expect(down.output).toContain('"npm run down -- --discard" stops the stack and deletes');

  allow('all');
  await admin.expect('PUT', `/doctor/v1/hosts/${late}`, { body: { zone: 'nova' } });
  expect((await stack.down()).status).toBe(0);
  expect((await stack.up()).status).toBe(0);
  await expectHost();
  await (await stack.login('admin')).expect('GET', `/doctor/v1/hosts/${late}`);
});

describe('up, for a stack that is down, refuses and changes nothing', () => {
  beforeAll(async () => {
    await stack.down();
  });

  /** Damages a file during one `up`, which must be refused with these words. */
  async function expectRefusal(path: string, text: string, words: string): Promise<void> {
    const whole = readFileSync(path);
    const files = () => readdirSync(join(stack.dir, 'data')).sort();
    const before = files();
    writeFileSync(path, text);
    const up = await stack.up();
    writeFileSync(path, whole);
    expect(up.status).toBe(1);
    expect(up.output).toContain(words);
    expect(up.output).toContain('npm run down -- --discard');
    expect(files()).toEqual(before);
  }

  const snapshotFile = (name: string): string => {
    const data = join(stack.dir, 'data');
    const folder = readdirSync(data).find((each) => each.startsWith('snapshot-')) ?? '';
    return join(data, folder, name);
  };

  test('if a snapshot cannot be read', () =>
    expectRefusal(snapshotFile('dynamodb.json'), '{"half', 'cannot be read'));

  test('if the snapshot has another format', () =>
    expectRefusal(
      snapshotFile('about.json'),
      '{"format": 99, "ministack": "1.0.0"}',
      'it is of format 99',
    ));

  test('if a newer MiniStack wrote the snapshot', () =>
    expectRefusal(
      snapshotFile('about.json'),
      '{"format": 1, "ministack": "99.0.0"}',
      'MiniStack 99.0.0 wrote it',
    ));

  test('if the rows have another format', () =>
    expectRefusal(join(stack.dir, 'data/rows.json'), '{"rowFormat": 0}', 'are of format 0'));

  test('if the record of the stack cannot be read', () =>
    expectRefusal(join(stack.dir, 'stack.json'), '{"pid', 'cannot be read'));

  test('if another process has its port', async () => {
    const other = await otherProcess(stack.state().port);
    const up = await stack.up();
    other.close();
    expect(up.status).toBe(1);
    expect(up.output).toContain(`Port ${stack.state().port} is in use by another process`);
  });

  test('and continues when all is restored', async () => {
    const up = await stack.up();
    expect(up.status, up.output).toBe(0);
    await expectHost();
  });
});

test('the incomplete line of a process that died is dropped', async () => {
  const data = join(stack.dir, 'data');
  await stack.crash();
  const [last = ''] = readdirSync(data)
    .filter((name) => name.startsWith('journal-'))
    .sort()
    .reverse();
  writeFileSync(join(data, last), '[["row","arn:aws:dyn', { flag: 'a' });
  expect((await stack.up()).status).toBe(0);
  await expectHost();
});

describe('up, with other code and settings', () => {
  let DOCTOR_SETTINGS: string;
  let provider: Awaited<ReturnType<typeof providerOfTokens>>;
  let cloud: Awaited<ReturnType<typeof standInFor>>;
  let seen: Awaited<ReturnType<typeof seenIn>>;
  beforeAll(async () => {
    cloud = await standInFor(stack);
    provider = await providerOfTokens();
    DOCTOR_SETTINGS = `${cloudSettings} ${heartbeatSettings} ${provider.settings}`;
  });
  afterAll(() => Promise.all([cloud.stop(), provider.stop()]));

  test('deploys them over the kept data', async () => {
    await failedBefore(stack, cloud, 'cloud-3');
    const { deployed, ...state } = stack.state();
    const path = join(stack.dir, 'stack.json');
    writeFileSync(path, JSON.stringify({ ...state, deployed: 'other code' }));
    const password = readAccount('tenant-a', stack.dir);
    const up = await stack.up({ DOCTOR_SETTINGS });
    expect(up.status, up.output).toBe(0);
    expect(up.output).toContain('Deploying Doctor');
    expect(['other code', deployed]).not.toContain(stack.state().deployed);
    expect(readAccount('tenant-a', stack.dir)).toEqual(password);
    await stack.crash();
    const again = await stack.up({ DOCTOR_SETTINGS });
    expect(again.status, again.output).toBe(0);
    expect(again.output).not.toContain('Deploying Doctor');
    await expectHost();
    seen = await seenIn(stack);
  }, 300_000);

  const counts = { timeout: 90_000, interval: 200 };
  const status = async () => (await doctor(stack, 'admin', 'cloud', 'status')).shown();

  test('a walk registers the hosts of a cloud, and Nova gets the fault from before the setting', async () => {
    const { status: exit, text } = await doctor(stack, 'admin', 'cloud', 'sync');
    expect(exit, text).toBe(0);
    expect(text).toContain('3 hosts, 0 servers, 0 ports');
    for (const name of cloudHosts) expect(await seen.host(name)).toBe(true);
    // The fault from before is in Nova, too; and its end.
    const inNova = async () => [cloud.services[2]?.forced_down, ...(await seen.applied('cloud-3'))];
    await expect.poll(inNova, counts).toEqual([true, 'down done']);
    await seen.force('cloud-3', false);
    await expect.poll(inNova, counts).toEqual([false, 'up done']);
  });

  test('a dry run shows what differs, and changes nothing', async () => {
    cloud.fill(2, 1);
    const { status: exit, ...dry } = await doctor(stack, 'admin', 'cloud', 'sync', '--dry-run');
    expect(exit, dry.text).toBe(0);
    const created = [serverId(2), serverId(1), portId(1), portId(2)];
    expect(dry.shown()).toEqual(
      created.map((id) => expect.objectContaining({ id, kind: 'created' })),
    );
    for (const n of [1, 2]) {
      expect(await seen.server(serverId(n))).toBeUndefined();
      expect(await seen.port(portId(n))).toBeUndefined();
    }
  });

  test('a walk takes servers and ports over, and again nothing differs', async () => {
    expect((await doctor(stack, 'admin', 'cloud', 'sync')).shown()).toHaveLength(4);
    expect(await seen.server(serverId(1))).toBe('ACTIVE on cloud-2');
    expect(await seen.server(serverId(2))).toBe('ACTIVE on cloud-1');
    expect(await seen.port(portId(1))).toBe('cloud-2');
    expect((await doctor(stack, 'admin', 'cloud', 'sync')).shown()).toEqual([]);
    expect(await status()).toMatchObject({
      ...{ walk_phase: 'done', hosts: 3, servers: 2, ports: 2, differences: 0, errors: '' },
    });
  });

  test('things that no longer exist in the cloud are deleted in Doctor', async () => {
    cloud.deleteServer(serverId(1), '2026-01-03T00:00:00Z');
    cloud.ports.delete(portId(1));
    expect((await doctor(stack, 'admin', 'cloud', 'sync')).shown()).toMatchObject([
      { resource: 'server', id: serverId(1), kind: 'deleted' },
      { resource: 'port', id: portId(1), kind: 'deleted' },
    ]);
    expect(await seen.server(serverId(1))).toBeUndefined();
    expect(await seen.port(portId(1))).toBeUndefined();
    expect(await seen.server(serverId(2))).toBe('ACTIVE on cloud-1');
  });

  test('a tenant may neither look at the mirror nor begin a walk', async () => {
    for (const command of ['status', 'sync']) {
      const refused = await doctor(stack, 'tenant-a', 'cloud', command);
      expect(refused.status).toBe(1);
      expect(refused.text).toContain('403');
    }
  });

  test('events create, move and delete servers and ports', async () => {
    const [server, port] = [randomUUID(), randomUUID()];
    const [project_id, network_id] = ['b0a1c2d3e4f5061728394a5b6c7d8e9f', randomUUID()];
    const instance = (type: string, second: number, on: string, state = 'active') =>
      seen.send(`compute.instance.${type}`, second, {
        ...{ instance_id: server, project_id, user_id: 'u', display_name: 'web' },
        ...{ service: 'compute', host: on, state },
      });
    const bound = (type: string, second: number, on: string) =>
      seen.send(`port.${type}`, second, {
        ...{ resource_id: port, network_id, project_id, mac_address: 'fa:16:3e:00:00:99' },
        ...{ device_id: server, device_owner: 'compute:nova', host: on, status: 'ACTIVE' },
        revision_number: String(second),
      });
    await instance('create.end', 1, 'cloud-1');
    await expect.poll(() => seen.server(server), counts).toBe('ACTIVE on cloud-1');
    await bound('create.end', 2, 'cloud-1');
    await expect.poll(() => seen.port(port), counts).toBe('cloud-1');
    await instance('live_migration.post.dest.end', 3, 'cloud-2');
    await bound('update.end', 4, 'cloud-2');
    await expect.poll(() => seen.server(server), counts).toBe('ACTIVE on cloud-2');
    await expect.poll(() => seen.port(port), counts).toBe('cloud-2');
    await seen.send('port.delete.end', 5, { resource_id: port });
    await instance('delete.end', 6, 'cloud-2', 'deleted');
    await expect.poll(() => seen.server(server), counts).toBeUndefined();
    await expect.poll(() => seen.port(port), counts).toBeUndefined();
  });

  test('the scheduled jobs read services and take over changed servers', async () => {
    const updated = `${new Date().toISOString().slice(0, 19)}Z`;
    const paused = { status: 'PAUSED', 'OS-EXT-STS:vm_state': 'paused', updated };
    cloud.servers.set(serverId(2), serverItem(2, 'cloud-1', paused));
    await startScheduled(stack, 'cloud-mirror');
    await expect.poll(() => seen.server(serverId(2)), counts).toBe('PAUSED on cloud-1');
    const seenAt = z.looseObject({ services_seen_at: z.string(), servers_seen_at: z.string() });
    await expect.poll(async () => seenAt.safeParse(await status()).success, counts).toBe(true);
  });

  /** The state of the host in Nova and of its port in Neutron, and Doctor's outcomes of both faults. */
  const shown = async () => [
    ...[cloud.services[0]?.forced_down, cloud.ports.get(portId(2))?.data_plane_status],
    ...(await seen.applied('cloud-1')),
  ];

  test('a fault while Nova does not answer: the tenant is notified at once, and Nova shows the fault when it answers again', async () => {
    const [admin, tenant] = [await stack.login('admin'), await stack.login('tenant-a')];
    const { alarm } = await watchedServer(admin, tenant, 'cloud-1');
    const inbox = await stack.subscribe('NotificationsTopicArn', {
      project_id: [tenant.projectId],
    });
    cloud.out();
    await seen.report('cloud-1', true);
    expect((await inbox.receive(1)).map(({ body }) => body.alarm_id)).toEqual([alarm]);
    await inbox.close();
    const refused = 'down pending, refused';
    await expect.poll(shown, counts).toEqual([false, null, refused, refused]);
    expect(await seen.server(serverId(2))).toBe('SHUTOFF on cloud-1');
    cloud.back();
    await expect.poll(shown, counts).toEqual([true, 'DOWN', 'down done', 'down done']);
  });

  test('the host is up again: Nova and Neutron show it, and Doctor shows its servers as Nova does', async () => {
    await seen.report('cloud-1', false);
    await expect.poll(shown, counts).toEqual([false, 'ACTIVE', 'up done', 'up done']);
    await expect.poll(() => seen.server(serverId(2)), counts).toBe('PAUSED on cloud-1');
  });

  test('Doctor changed nothing in the cloud but flags and data planes, with few requests at once', () => {
    expect([...cloud.changes()].sort()).toEqual([
      'PUT /compute/v2.1/os-services/{id}',
      'PUT /network/v2.0/ports/{id}',
    ]);
    expect(cloud.mostInFlight()).toBeLessThanOrEqual(14);
  });

  test('tokens of an OpenID provider: good ones list alarms, others are a 401; without its keys all are a 503', async () => {
    const { good, other, forged } = await provider.tokens();
    const asked = (token: string, path?: string) => askWith(stack, token, path);
    expect(await asked(good)).toEqual([200, null]);
    expect(await asked(other)).toEqual([401, null]);
    expect(await asked(forged)).toEqual([401, null]);
    await provider.stop();
    // No function of this surface has read the keys before.
    for (const token of [good, forged])
      expect(await asked(token, 'network/v2.0/ports')).toEqual([503, expect.any(String)]);
  });

  test('a host that sends no heartbeats is reported, operators are notified, and a heartbeat ends it', async () => {
    const silent = await silentHost(stack, await stack.login('admin'));
    await startScheduled(stack, 'timekeeper');
    await expect.poll(silent.conditions, counts).toEqual(['raised']);
    await expect.poll(silent.notified, counts).toEqual(['down']);
    await expect
      .poll(async () => {
        await silent.beat();
        return silent.conditions();
      }, counts)
      .toEqual(['cleared']);
    await expect.poll(silent.notified, counts).toEqual(['down', 'up']);
    await silent.stop();
  });
});

test('down --discard leaves nothing, even of a stack that cannot be read', async () => {
  const { instance } = stack.state();
  writeFileSync(join(stack.dir, 'stack.json'), '{"pid');
  const down = await stack.down('--discard');
  expect(down.status, down.output).toBe(0);
  expect(processesOf(instance)).toEqual([]);
  expect(down.output).toContain('Its data is deleted.');
  for (const gone of ['data', 'stack.json', 'openrc', 'openrc-tenant-a']) {
    expect(existsSync(join(stack.dir, gone))).toBe(false);
  }
});
