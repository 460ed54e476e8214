import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAccount } from '../../scripts/stack/accounts.ts';
import { processesOf } from '../../scripts/stack/processes.ts';
import { root } from '../../scripts/stack/state.ts';
import { type KeptStack, keptStack } from './kept-stack.ts';
import { otherProcess } from './spawned.ts';

let stack: KeptStack;
/** Registered at first: there after everything that is refused. */
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

describe('up, of a stack that runs', () => {
  test('refuses one that does not answer, names what discards it, and leaves it alone', async () => {
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

  test('waits for one that is slow', async () => {
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

  test('down ends one that does not answer, and keeps its data', async () => {
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

test('a disk that takes nothing more: calls fail, down refuses, and with room nothing is lost', async () => {
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

describe('up, of a stack that is down, refuses and changes nothing', () => {
  beforeAll(async () => {
    await stack.down();
  });

  /** Spoils a file for the time of one `up`, which is to be refused with such words. */
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

  test('where a snapshot cannot be read', () =>
    expectRefusal(snapshotFile('dynamodb.json'), '{"half', 'cannot be read'));

  test('where it is of another format', () =>
    expectRefusal(
      snapshotFile('about.json'),
      '{"format": 99, "ministack": "1.0.0"}',
      'it is of format 99',
    ));

  test('where a newer MiniStack wrote it', () =>
    expectRefusal(
      snapshotFile('about.json'),
      '{"format": 1, "ministack": "99.0.0"}',
      'MiniStack 99.0.0 wrote it',
    ));

  test('where the rows are of another format', () =>
    expectRefusal(join(stack.dir, 'data/rows.json'), '{"rowFormat": 0}', 'are of format 0'));

  test('where it is not known what was up', () =>
    expectRefusal(join(stack.dir, 'stack.json'), '{"pid', 'cannot be read'));

  test('where another process has its port', async () => {
    const other = await otherProcess(stack.state().port);
    const up = await stack.up();
    other.close();
    expect(up.status).toBe(1);
    expect(up.output).toContain(`Port ${stack.state().port} is in use by another process`);
  });

  test('and goes on when all is as it was', async () => {
    const up = await stack.up();
    expect(up.status, up.output).toBe(0);
    await expectHost();
  });
});

test('up of other code deploys it over the data that is kept', async () => {
  const { deployed, ...state } = stack.state();
  const path = join(stack.dir, 'stack.json');
  writeFileSync(path, JSON.stringify({ ...state, deployed: 'other code' }));
  const password = readAccount('tenant-a', stack.dir);
  const up = await stack.up();
  expect(up.status, up.output).toBe(0);
  expect(up.output).toContain('Deploying Doctor');
  expect(stack.state().deployed).toBe(deployed);
  expect(readAccount('tenant-a', stack.dir)).toEqual(password);
  await stack.crash();
  expect((await stack.up()).status).toBe(0);
  await expectHost();
});

test('what a dying process left of a line is dropped', async () => {
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
