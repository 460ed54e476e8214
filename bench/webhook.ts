import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { readAccount } from '../scripts/stack/accounts.ts';
import { login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { type Figure, spread } from './figures.ts';
import { queuesOf } from './queues.ts';

/** The pause between events, so that no event waits for the safe copy of another. */
const roundMs = 4_000;
const patienceMs = 10_000;
const warmUp = 10;

const NotificationBody = z.object({
  reason_data: z.object({ event: z.object({ message_id: z.string() }) }),
});

/**
 * The number of addresses of the receiver, because each gets at most `webhookPostsPerReceiver`
 * webhooks a minute.
 */
const addresses = 20;

/** A receiver on loopback, at several addresses, that records when each event arrived, and how often. */
export async function listen() {
  const received = new Map<string, number[]>();
  const server = createServer(async (request, response) => {
    const at = performance.now();
    const body = Buffer.concat(await request.toArray()).toString();
    response.writeHead(204).end();
    const { message_id } = NotificationBody.parse(JSON.parse(body)).reason_data.event;
    received.set(message_id, [...(received.get(message_id) ?? []), at]);
  });
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const urls = Array.from(
    { length: addresses },
    (_, n) => `http://127.0.0.${n + 1}:${port}/alarms`,
  );
  return { received, url: urls[0] ?? '', urls, close: () => server.close() };
}

/**
 * Measures the time from posting an event to the arrival of its webhook: one event at a time,
 * `runs` times.
 */
export async function webhook(stack: Stack, runs: number): Promise<Figure[]> {
  const apiUrl = stack.outputs.ApiUrl ?? '';
  const admin = await login(apiUrl, readAccount('admin'));
  const tenant = await login(apiUrl, readAccount('tenant-a'));
  const queues = queuesOf(stack);
  const { received, urls, close } = await listen();
  const event_type = `bench.${randomUUID()}`;
  const typeFor = (n: number) => `${event_type}.${n % addresses}`;
  const alarms = await Promise.all(
    urls.map(async (url, n) => {
      const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
        body: {
          name: `bench ${n}`,
          type: 'event',
          event_rule: { event_type: typeFor(n) },
          repeat_actions: true,
          alarm_actions: [url],
        },
      });
      return z.object({ alarm_id: z.string() }).parse(body).alarm_id;
    }),
  );

  /** From just before the request to the receiver's first byte, in ms. */
  const timed = async (n: number): Promise<number> => {
    await queues.evaluatorIdle();
    await sleep(20); // waits until the last calls of the functions and of the bench are answered
    const message_id = randomUUID();
    const traits = [['project_id', 1, tenant.projectId]];
    const posted = performance.now();
    await admin.expect('POST', '/doctor/v1/events', {
      body: [{ message_id, event_type: typeFor(n), traits }],
    });
    while (performance.now() < posted + patienceMs) {
      const [first] = received.get(message_id) ?? [];
      if (first !== undefined) return first - posted;
      await sleep(1);
    }
    throw new Error(`no webhook within ${patienceMs} ms`);
  };

  try {
    const times: number[] = [];
    while (times.length < runs + warmUp) {
      await queues.allQuiet();
      const started = Date.now();
      while (Date.now() - started < roundMs && times.length < runs + warmUp) {
        times.push(await timed(times.length));
      }
      process.stdout.write(`\r  ${Math.max(0, times.length - warmUp)} of ${runs} runs`);
    }
    process.stdout.write('\n');
    await queues.allQuiet();
    const repeated = [...received.values()].filter(({ length }) => length > 1).length;
    const scenario = 'webhook';
    return [
      ...spread(scenario, 'event to webhook', times.slice(warmUp), { p50: 30, p99: 400 }),
      { scenario, figure: 'repeated', value: repeated, unit: 'count', target: 0 },
    ];
  } finally {
    for (const id of alarms) await tenant.call('DELETE', `/alarming/v2/alarms/${id}`);
    close();
  }
}
