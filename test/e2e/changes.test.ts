/** The feed of changes of the deployed service: which caller gets which changes, and how soon. */
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { answers } from '../../scripts/docs/openapi/answers.ts';
import type { Client } from '../stack/stack.ts';
import { type Cloud, forceDown, logins, newHost, newInstance } from './cloud.ts';

const Changes = z.object({
  cursor: z.string(),
  reset: z.boolean(),
  changes: z.record(z.string(), z.array(z.string())),
});

const Faults = z.object({ faults: z.array(z.object({ fault_id: z.string() })) });

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

const ask = async (client: Client, query = '') =>
  Changes.parse((await client.expect('GET', `/doctor/v1/changes${query}`)).body);

/**
 * Reads the feed from a cursor, as a page does, until it names a change of the kind with the id
 * (undefined: any id). Returns all changes that it named.
 */
async function until(client: Client, cursor: string, kind: string, id?: string) {
  const got: Record<string, string[]> = {};
  let since = cursor;
  for (let requests = 1; requests <= 10; requests++) {
    const answer = await ask(client, `?since=${encodeURIComponent(since)}&wait=4`);
    since = answer.cursor;
    for (const [each, ids] of Object.entries(answer.changes)) {
      got[each] = [...(got[each] ?? []), ...ids];
    }
    const ids = got[kind] ?? [];
    if (id === undefined ? ids.length > 0 : ids.includes(id)) return { got, since };
  }
  throw new Error(`no ${kind} ${id} in ${JSON.stringify(got)}`);
}

test('operators get host, server and fault of a report; its owner the server and the fault; another tenant nothing', async () => {
  const { admin, a, b } = cloud;
  const host = await newHost(admin);
  const server = await newInstance(admin, { project_id: a.projectId, host });
  const [ofAdmin, ofA, ofB] = await Promise.all([admin, a, b].map((client) => ask(client)));
  expect([ofAdmin?.reset, ofA?.reset]).toEqual([true, true]);
  await forceDown(admin, host);
  const operator = await until(admin, ofAdmin?.cursor ?? '', 'servers', server);
  const { got: more } = operator.got.hosts?.includes(host)
    ? operator
    : await until(admin, operator.since, 'hosts', host);
  expect(more.hosts).toContain(host);
  const owner = await until(a, ofA?.cursor ?? '', 'servers', server);
  const faults = owner.got.faults ?? (await until(a, owner.since, 'faults')).got.faults;
  expect(faults?.length).toBeGreaterThan(0);
  expect(owner.got.hosts).toBeUndefined();
  const other = await ask(b, `?since=${encodeURIComponent(ofB?.cursor ?? '')}`);
  expect(other.changes.servers ?? []).not.toContain(server);
});

test('an alarm that fires is in the feed, and in the story of its fault', async () => {
  const { admin, a } = cloud;
  const host = await newHost(admin);
  const server = await newInstance(admin, { project_id: a.projectId, host });
  const { body } = await a.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: 'changes',
      type: 'event',
      event_rule: {
        event_type: 'compute.instance.update',
        query: [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: server }],
      },
    },
  });
  const { alarm_id } = z.object({ alarm_id: z.string() }).parse(body);
  const { cursor } = await ask(a);
  await forceDown(admin, host);
  const { got } = await until(a, cursor, 'alarms', alarm_id);
  expect(got.alarms).toContain(alarm_id);
  const faults = Faults.parse((await admin.expect('GET', `/doctor/v1/faults?host=${host}`)).body);
  const path = `/doctor/v1/faults/${faults.faults[0]?.fault_id}/story`;
  const { body: story } = await a.expect('GET', path);
  expect(answers['GET /doctor/v1/faults/{id}/story']?.body?.safeParse(story).error).toBeUndefined();
  expect(story).toMatchObject({
    story: {
      projects: [{ project_id: a.projectId, resources: 1, events: 1, notifications: 1 }],
      complete: true,
    },
  });
});
