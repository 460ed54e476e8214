import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import type { Figure } from './figures.ts';
import { queuesOf } from './queues.ts';
import { ranks } from './watcher.ts';
import { listen } from './webhook.ts';

/** The number of receivers that hang, each at a different address. */
const receivers = 500;
/** The pause between two webhooks of the other tenant, in ms. */
const pauseMs = 400;
const patienceMs = 120_000;

/**
 * How long a receiver takes to answer before it hangs, in ms: so long that as many senders work at once as
 * later, and less than the second after which a receiver counts as one that hangs.
 */
const answersAfterMs = 700;

/**
 * A server at the addresses of all receivers. At first each receiver refuses one request and then accepts
 * all, each slowly, so that as many senders are warm as are needed later: on the embedded stack all processes
 * share two cores, and starting them would be measured. After `goDeaf` it answers no request until
 * `answer` is called.
 */
async function hang() {
  const held = new Set<ServerResponse>();
  const refused = new Set<string>();
  const taken = new Set<string>();
  let deaf = false;
  const server = createServer(async ({ headers: { host = '' } }, response) => {
    if (deaf) {
      held.add(response);
      return;
    }
    const known = refused.has(host);
    if (known) taken.add(host);
    else refused.add(host);
    await sleep(answersAfterMs);
    response.writeHead(known ? 204 : 503).end();
  });
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    held,
    taken,
    urls: Array.from(
      { length: receivers },
      (_, n) => `http://127.1.${Math.floor(n / 250)}.${1 + (n % 250)}:${port}/`,
    ),
    goDeaf: () => {
      deaf = true;
    },
    answer: () => {
      deaf = false;
      for (const response of held) response.writeHead(204).end();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const Alarm = z.object({ alarm_id: z.string() });

/** An alarm that every event of the type fires, in its project; returns its id. */
async function alarmOn(tenant: Client, event_type: string, url: string): Promise<string> {
  const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: randomUUID(),
      type: 'event',
      repeat_actions: true,
      alarm_actions: [url],
      event_rule: { event_type, query: [{ field: 'traits.resource_id', value: 'r' }] },
    },
  });
  return Alarm.parse(body).alarm_id;
}

/** Posts an event of a project; returns its id. */
async function postEvent(admin: Client, event_type: string, project: string): Promise<string> {
  const message_id = randomUUID();
  const traits = [
    ['project_id', 1, project],
    ['resource_id', 1, 'r'],
  ];
  await admin.expect('POST', '/doctor/v1/events', { body: [{ message_id, event_type, traits }] });
  return message_id;
}

/**
 * Measures the webhooks of a tenant while an event calls 500 receivers of another tenant, which all
 * hang.
 */
export async function deafhooks(stack: Stack, runs: number): Promise<Figure[]> {
  const apiUrl = stack.outputs.ApiUrl ?? '';
  const admin = await login(apiUrl, readAccount('admin'));
  const loud = await login(apiUrl, readAccount('tenant-b'));
  const tenant = await login(apiUrl, readAccount('tenant-a'));
  const queues = queuesOf(stack);
  const { received, url, close } = await listen();
  const deaf = await hang();
  const event_type = `bench.${randomUUID()}`;
  const own = await alarmOn(tenant, event_type, url);
  const others = await inParallel(deaf.urls, 4, (each) => alarmOn(loud, event_type, each));

  const post = (project: string): Promise<string> => postEvent(admin, event_type, project);
  /** From just before the request to the receiver's first byte, in ms. */
  const timed = async (): Promise<number> => {
    const posted = performance.now();
    const message_id = await post(tenant.projectId);
    while (performance.now() < posted + patienceMs) {
      const [first] = received.get(message_id) ?? [];
      if (first !== undefined) return first - posted;
      await sleep(1);
    }
    throw new Error(`no webhook within ${patienceMs} ms`);
  };

  const quiet: number[] = [];
  const beside: number[] = [];
  try {
    await post(loud.projectId);
    const deadline = Date.now() + patienceMs;
    while (deaf.taken.size < receivers && Date.now() < deadline) await sleep(50);
    await queues.webhooksIdle(patienceMs);
    await queues.allQuiet(patienceMs);
    for (let n = 0; n < runs; n++) {
      await sleep(pauseMs);
      quiet.push(await timed());
    }
    await queues.allQuiet(patienceMs);
    deaf.goDeaf();
    await post(loud.projectId);
    while (deaf.held.size === 0) await sleep(5);
    for (let n = 0; n < runs; n++) {
      beside.push(await timed());
      console.log(`  webhook ${n + 1}: ${beside.at(-1)?.toFixed(0)} ms, ${deaf.held.size} hang`);
      await sleep(pauseMs);
    }
  } finally {
    deaf.answer();
    await inParallel([own], 1, (id) => tenant.call('DELETE', `/alarming/v2/alarms/${id}`));
    await inParallel(others, 4, (id) => loud.call('DELETE', `/alarming/v2/alarms/${id}`));
    await queues.webhooksIdle(patienceMs);
    deaf.close();
    close();
  }
  const scenario = 'deafhooks';
  return [
    ...ranks(scenario, "quiet: another tenant's webhook", quiet),
    ...ranks(scenario, "another tenant's webhook", beside, 1_000),
  ];
}
