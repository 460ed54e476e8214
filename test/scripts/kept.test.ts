import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAccount } from '../../scripts/stack/accounts.ts';
import type { Subscriber } from '../../scripts/stack/subscriber.ts';
import { historyOf, type KeptStack, keptStack, reportDown, watchedServer } from './kept-stack.ts';

let stack: KeptStack;
/** A tenant's subscription from before every restart. */
let subscriber: Subscriber;
/** The operators' subscription. Its messages come from the tables' streams. */
let operators: Subscriber;

beforeAll(async () => {
  stack = await keptStack();
  const { projectId } = await stack.login('tenant-a');
  subscriber = await stack.subscribe('NotificationsTopicArn', { project_id: [projectId] });
  operators = await stack.subscribe('EventsTopicArn');
}, 120_000);
afterAll(() => stack?.remove());

/** The ids of the notifications that arrive of an alarm. */
async function notified(alarm: string): Promise<Set<unknown>> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const received = await subscriber.receive(1, 2000);
    const of = received.filter(({ body }) => body.alarm_id === alarm);
    if (of.length > 0 || Date.now() > deadline)
      return new Set(of.map(({ body }) => body.notification_id));
  }
}

test.each([
  { how: 'npm run down', stop: () => stack.down() },
  { how: 'the death of all processes', stop: () => stack.crash() },
])('after $how, npm run up continues with all data', async ({ stop }) => {
  const [admin, tenant] = [await stack.login('admin'), await stack.login('tenant-a')];
  const before = await watchedServer(admin, tenant);
  const later = await watchedServer(admin, tenant);
  await reportDown(admin, before.host);
  expect((await notified(before.alarm)).size).toBe(1);
  const queue = await stack.queueOfTwo();
  const history = await historyOf(tenant, before.alarm);
  const { ApiUrl } = stack.state().outputs ?? {};
  const password = readAccount('tenant-a', stack.dir);

  await stop();
  const up = await stack.up({ DOCTOR_PORT: '0' });
  expect(up.status, up.output).toBe(0);
  expect(up.output).toContain('Starting the embedded stack with its data');
  expect(up.output).not.toContain('Deploying');

  expect(stack.state().outputs?.ApiUrl).toBe(ApiUrl);
  expect(readAccount('tenant-a', stack.dir)).toEqual(password);
  // A token from before the restart is still valid, and the old password gives a new one.
  const again = await stack.login('tenant-a');
  expect(await historyOf(tenant, before.alarm)).toEqual(history);
  const { body } = await again.expect('GET', `/compute/v2.1/servers/${before.server}`);
  expect(body).toMatchObject({ server: { status: 'SHUTOFF' } });
  expect(await stack.contentOf(queue)).toEqual({ bodies: ['now'], delayed: 1 });

  // An alarm from before fires, and its subscriber from before is notified.
  await reportDown(await stack.login('admin'), later.host);
  expect((await notified(later.alarm)).size).toBe(1);
  expect(await historyOf(again, later.alarm)).toContain('state transition');
  const seen: string[] = [];
  const audited = async () => {
    seen.push(...(await operators.receive(1, 1000)).map(({ body }) => JSON.stringify(body)));
    return seen.some((event) => event.includes(later.server));
  };
  await expect.poll(audited, { timeout: 30_000 }).toBe(true);
});

test('a fault that was accepted is notified even if all processes are killed at once', async () => {
  const [admin, tenant] = [await stack.login('admin'), await stack.login('tenant-a')];
  const { host, alarm } = await watchedServer(admin, tenant);
  await reportDown(admin, host);
  await stack.crash();
  expect((await stack.up()).status).toBe(0);
  expect((await notified(alarm)).size).toBe(1);
});

test('a change of one server that was answered is notified, too', async () => {
  const [admin, tenant] = [await stack.login('admin'), await stack.login('tenant-a')];
  const { server, alarm } = await watchedServer(admin, tenant);
  await tenant.expect('POST', `/compute/v2.1/servers/${server}/action`, {
    body: { 'os-stop': null },
  });
  await stack.crash();
  expect((await stack.up()).status).toBe(0);
  expect((await notified(alarm)).size).toBe(1);
});

test('no answered registration is lost, whenever the processes are killed', async () => {
  const project_id = (await stack.login('tenant-a')).projectId;
  const { host } = await watchedServer(await stack.login('admin'), await stack.login('tenant-a'));
  for (const crashAfter of [1, 15, 50]) {
    const admin = await stack.login('admin');
    const answered: string[] = [];
    let crashed: Promise<void> | undefined;
    const feed = async () => {
      while (!crashed) {
        const id = randomUUID();
        const body = { name: 'n', host, project_id, user_id: 'u', vm_state: 'active' };
        const path = `/doctor/v1/servers/${id}`;
        const done = await admin.call('PUT', path, { body }).catch(() => undefined);
        if (done && done.status < 300) answered.push(id);
        if (answered.length >= crashAfter) crashed ??= stack.crash(); // the others are in the middle
      }
    };
    await Promise.all([feed(), feed(), feed()]);
    await crashed;

    expect((await stack.up()).status).toBe(0);
    const after = await stack.login('admin');
    for (const id of answered) await after.expect('GET', `/doctor/v1/servers/${id}`);
  }
});

test('scheduled rules continue', { timeout: 120_000 }, async () => {
  const swept = () =>
    readFileSync(join(stack.dir, 'ministack.log'), 'utf8').includes('→ Lambda Doctor-Sweeper');
  await expect.poll(swept, { timeout: 90_000, interval: 500 }).toBe(true);
});
