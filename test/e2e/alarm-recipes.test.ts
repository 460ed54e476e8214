/** Every alarm in docs/tenants.md is created unchanged, and then what it is for happens. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { blocksOf } from '../docs/blocks.ts';
import { subscribe } from '../stack/stack.ts';
import {
  at,
  type Cloud,
  expectStatus,
  forceDown,
  logins,
  newAlarm,
  newHost,
  newInstance,
  outsideEvent,
} from './cloud.ts';
import { type Inbox, inboxOf } from './inbox.ts';
import { newPort, putPort } from './ports.ts';

const Alarm = z.looseObject({ name: z.string(), type: z.enum(['event', 'notification']) });
const recipes = blocksOf('docs/tenants.md')
  .filter(({ language }) => language === 'json')
  .map(({ text }) => Alarm.safeParse(JSON.parse(text)).data)
  .filter((alarm) => alarm !== undefined);

let cloud: Cloud;
let inbox: Inbox;
beforeAll(async () => {
  cloud = await logins();
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});
afterAll(() => inbox?.close());

/** An event of a resource of A, as Ceilometer sends it. */
async function post(id: string, type: string, traits: object, generated?: string): Promise<void> {
  const own = { project_id: cloud.a.projectId, resource_id: id };
  const event = { ...outsideEvent({ ...own, ...traits }, type), ...(generated && { generated }) };
  expectStatus(await cloud.admin.call('POST', '/doctor/v1/events', { body: [event] }), 202);
}

/** Registers a server of A. Returns its host. */
async function run(id: string): Promise<string> {
  const host = await newHost(cloud.admin);
  await newInstance(cloud.admin, { project_id: cloud.a.projectId, host }, id);
  return host;
}

/** Registers a server of A and reports its host down. Returns the host. */
async function fail(id: string): Promise<string> {
  const host = await run(id);
  expectStatus(await forceDown(cloud.admin, host), 200);
  return host;
}

/** Creates a port of A. Returns a function that changes it. */
async function plug(id: string): Promise<(port: object) => Promise<void>> {
  await newPort(cloud.admin, { id, project_id: cloud.a.projectId });
  return async (port) => expectStatus(await putPort(cloud.admin, id, port), 200);
}

/** The server is started again after its owner was notified of the fault. */
async function failAndStart(id: string, notified: () => Promise<unknown>): Promise<void> {
  const host = await fail(id);
  await notified();
  expectStatus(await forceDown(cloud.admin, host, false), 200);
  const path = `/compute/v2.1/servers/${id}/action`;
  const started = { headers: at('2.94'), body: { 'os-start': null } };
  expectStatus(await cloud.a.call('POST', path, started), 202);
}

const update = 'compute.instance.update';
/** The id of the server or port that a recipe is for. */
const anyId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** For each recipe: what happens to the resource, and the states of which the owner is notified. */
type Deed = (id: string, notified: () => Promise<unknown>) => Promise<unknown>;
const deeds: Record<string, [Deed, string[]]> = {
  'web-1 is off': [fail, ['insufficient data→alarm']],
  'a server lost its host': [fail, ['insufficient data→alarm']],
  'web-1 is off, until it runs again': [failAndStart, ['insufficient data→alarm', 'alarm→ok']],
  'the host of web-1 is maintained': [
    async (id, notified) => {
      const path = `/compute/v2.1/os-hosts/${await run(id)}`;
      const set = (body: object) => cloud.admin.call('PUT', path, { body });
      expectStatus(await set({ maintenance_mode: 'enable' }), 200);
      await notified();
      expectStatus(await set({ maintenance_mode: 'disable' }), 200);
    },
    ['insufficient data→alarm', 'alarm→ok'],
  ],
  'port-1 carries no data': [
    async (id, notified) => {
      const put = await plug(id);
      await put({ data_plane_status: 'DOWN' });
      await notified();
      await put({ name: 'renamed' });
      await put({ data_plane_status: 'ACTIVE' });
    },
    ['insufficient data→alarm', 'alarm→ok'],
  ],
  'the network of web-1 is down': [
    async (id, notified) => {
      const put = await plug(id);
      await put({ dp_down: true });
      await notified();
      await put({ name: 'renamed' });
      await put({ dp_down: false });
      await put({ dp_down: true });
    },
    ['insufficient data→alarm', 'alarm→alarm'],
  ],
  'anything in my project': [
    async (id) => {
      for (const type of ['volume.attach.end', 'port.delete.end']) await post(id, type, {});
    },
    ['insufficient data→alarm', 'alarm→alarm'],
  ],
  'web-1 is off outside office hours': [
    async (id) => {
      const stops = (generated: string) => post(id, update, { state: 'stopped' }, generated);
      await stops('2026-01-05T12:00:00');
      await stops('2026-01-05T17:30:00');
      await stops('2026-01-04T12:00:00');
    },
    ['insufficient data→alarm'],
  ],
  // The timeout is one second here. One event, the end of a backup, arrives; then none.
  'no backup since yesterday': [
    (id) => post(id, 'backup.end', {}),
    ['ok→alarm', 'alarm→insufficient data'],
  ],
};

test('every shown alarm is tested', () => {
  expect(new Set(recipes.map(({ name }) => name))).toEqual(new Set(Object.keys(deeds)));
});

test.each(recipes)(
  '$name ($type): its owner is notified in the case that it is for',
  async (recipe) => {
    const id = randomUUID();
    const text = JSON.stringify(recipe)
      .replaceAll(anyId, id)
      .replace('"timeout":86400', '"timeout":1');
    const alarm = await newAlarm(cloud.a, JSON.parse(text));
    const [deed, expected] = deeds[recipe.name] ?? [];
    const ours = () =>
      inbox.of(alarm).filter(({ body }) => body.resource_id === id || body.reason === 'timeout');
    await deed?.(id, () => inbox.untilSome(() => ours().length > 0));
    await inbox.untilSome(() => ours().length >= (expected?.length ?? 1));
    // Neither safe copies nor late events send further notifications.
    await new Promise((done) => setTimeout(done, 300));
    await inbox.look();
    const states = ours().map(({ body }) => `${body.previous}→${body.current}`);
    expect(states.sort()).toEqual(expected?.toSorted());
    expectStatus(await cloud.a.call('DELETE', `/alarming/v2/alarms/${alarm}`), 204);
  },
);
