import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { type Client, login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import type { Figure } from './figures.ts';
import { queuesOf } from './queues.ts';
import { ranks, watcherOf } from './watcher.ts';

/** The neighbour's alarms. Each fires for every event of its project. */
const alarms = 600;
/**
 * The neighbour's writes: the time between two of them in milliseconds, and the largest number at
 * once.
 */
const everyMs = 50;
const mostInFlight = 10;
const servers = 20;
const warmUp = 40;
const patienceMs = 600_000;
/** The pause before each fault. */
const pauseMs = 500;

const Alarm = z.object({ alarm_id: z.string() });

/** Writes metadata of the servers in turn, until it is stopped. */
function writerOf(tenant: Client, uuids: readonly string[]) {
  let writes = 0;
  let stopped = false;
  const run = async (): Promise<void> => {
    const inFlight = new Set<Promise<unknown>>();
    for (let n = 0; !stopped; n++) {
      if (inFlight.size < mostInFlight) {
        const path = `/compute/v2.1/servers/${uuids[n % uuids.length]}/metadata`;
        const sent = tenant.call('PUT', path, { body: { metadata: { n: String(n) } } });
        inFlight.add(sent);
        sent.then(
          ({ status }) => {
            if (status === 200) writes++;
            inFlight.delete(sent);
          },
          () => inFlight.delete(sent),
        );
      }
      await sleep(everyMs);
    }
    await Promise.allSettled(inFlight);
  };
  return {
    run,
    stop: (): void => {
      stopped = true;
    },
    /** The number of writes that succeeded so far. */
    writes: (): number => writes,
  };
}

/** An alarm that every event of the tenant fires; returns its id. */
async function alarmOnAll(tenant: Client): Promise<string> {
  const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: randomUUID(),
      type: 'event',
      severity: 'low',
      repeat_actions: true,
      event_rule: { event_type: '*' },
    },
  });
  return Alarm.parse(body).alarm_id;
}

/**
 * Measures faults of a tenant's hosts, one after the other, while another tenant with 600 alarms on
 * all its events writes metadata 20 times a second.
 */
export async function neighbour(stack: Stack, runs: number): Promise<Figure[]> {
  const apiUrl = stack.outputs.ApiUrl ?? '';
  const admin = await login(apiUrl, readAccount('admin'));
  const loud = await login(apiUrl, readAccount('tenant-b'));
  const queues = queuesOf(stack);
  const victim = await watcherOf(stack, 'tenant-a', 2 * runs);
  const host = `bench-${randomUUID().slice(0, 8)}`;
  const uuids = Array.from({ length: servers }, () => randomUUID());
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  await inParallel(uuids, 4, (uuid) =>
    admin.expect('PUT', `/doctor/v1/servers/${uuid}`, {
      body: { name: 'loud', host, project_id: loud.projectId, vm_state: 'active' },
    }),
  );
  const ids = await inParallel(Array.from({ length: alarms }), 4, () => alarmOnAll(loud));

  const writer = writerOf(loud, uuids);
  const quiet: number[] = [];
  const beside: number[] = [];
  try {
    await queues.allQuiet(patienceMs);
    for (let n = 0; n < runs; n++) {
      await sleep(pauseMs);
      quiet.push(await victim.timed(n));
    }
    await queues.allQuiet(patienceMs);
    const started = Date.now();
    const writing = writer.run();
    // After these writes the functions are warm, and events are being evaluated.
    while (writer.writes() < warmUp) await sleep(everyMs);
    for (let n = runs; n < 2 * runs; n++) {
      await sleep(pauseMs);
      beside.push(await victim.timed(n));
      const answered = victim.answers.at(-1);
      console.log(
        `  fault ${n - runs + 1}: ${beside.at(-1)} ms, answered in ${answered} ms, ${writer.writes()} writes`,
      );
    }
    writer.stop();
    await writing;
    const perSecond = (writer.writes() * 1000) / (Date.now() - started);
    console.log(`  ${perSecond.toFixed(1)} writes a second`);
  } finally {
    writer.stop();
    await inParallel(ids, 4, (id) => loud.call('DELETE', `/alarming/v2/alarms/${id}`));
    await queues.allQuiet(patienceMs);
    await victim.close();
  }
  const scenario = 'neighbour';
  return [
    ...ranks(scenario, "quiet: another tenant's fault", quiet),
    ...ranks(scenario, "another tenant's fault", beside, 1_000),
    ...ranks(scenario, 'the API answers its report', victim.answers.slice(runs)),
    { scenario, figure: 'writes', value: writer.writes(), unit: 'count' },
  ];
}
