import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import { login } from '../scripts/stack/api.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { makeBed, taken } from './bed.ts';
import { type Figure, percentile } from './figures.ts';

/**
 * The number of alarms that are created at once, and the longest time that the stack takes for one,
 * in ms.
 */
const inFlight = 4;
const perAlarmMs = 30;
/**
 * The time between the last creation and the moment when the timers fall due, in ms. A new stack
 * has no ticks in its first minute.
 */
const reserveMs = 75_000;
/** The longest wait for the notifications, in ms. */
const patienceMs = 120_000;
/** The seconds after its timeout within which an alarm fires. */
const lateSeconds = 5;

const Alarm = z.object({ alarm_id: z.string(), state_timestamp: z.string() });
const Fired = z.object({ alarm_id: z.string(), reason: z.literal('timeout') });

/**
 * Measures this many alarms of one project on events that do not come, whose timeouts all end in
 * the same second.
 */
export async function timeouts(stack: Stack, alarms: number): Promise<Figure[]> {
  const bed = await makeBed(stack);
  try {
    const tenant = await login(bed.apiUrl, readAccount('tenant-a'));
    const end = Date.now() + reserveMs + alarms * perAlarmMs;
    const dueOf = new Map<string, number>();
    await inParallel(Array.from({ length: alarms }), inFlight, async () => {
      const timeout = Math.max(1, Math.round((end - Date.now()) / 1_000));
      const { body } = await tenant.expect('POST', '/alarming/v2/alarms', {
        body: {
          name: randomUUID(),
          type: 'event',
          state: 'ok',
          event_rule: {
            event_type: 'bench.never',
            timeout,
            query: [{ field: 'traits.resource_id', value: 'r' }],
          },
        },
      });
      const { alarm_id, state_timestamp } = Alarm.parse(body);
      dueOf.set(alarm_id, Date.parse(`${state_timestamp}Z`) + timeout * 1_000);
    });
    await sleep(Math.max(0, Math.max(...dueOf.values()) - Date.now()));
    await bed.arrived(alarms, patienceMs);
    const late = (await taken(bed)).map(({ body, sentAt }) => {
      const { alarm_id } = Fired.parse(body);
      return (sentAt - (dueOf.get(alarm_id) ?? Number.NaN)) / 1_000;
    });
    const scenario = `${alarms} timeouts at one moment`;
    const seconds = (figure: string, value: number, target?: number): Figure => ({
      ...{ scenario, figure, value, unit: 's' },
      ...(target !== undefined && { target }),
    });
    const count = (figure: string, value: number): Figure => ({
      ...{ scenario, figure, value, unit: 'count', target: 0 },
    });
    return [
      seconds('late, first', Math.min(...late)),
      seconds('late, p50', percentile(late, 0.5)),
      seconds('late, last', Math.max(...late), lateSeconds),
      count('lost', Math.max(0, alarms - late.length)),
      count('twice or too early', late.length - alarms + late.filter((each) => each < 0).length),
    ];
  } finally {
    await bed.close();
  }
}
