import { setTimeout as sleep } from 'node:timers/promises';
import { request } from '../../scripts/stack/api.ts';
import type { Stack } from '../../scripts/stack/bring-up.ts';
import { region } from '../../scripts/stack/ministack.ts';
import { subscribe } from '../../scripts/stack/subscriber.ts';
import { type Figure, spread } from '../figures.ts';
import { withThrowaway } from '../throwaway.ts';

const warmUp = 10;
const patienceMs = 10_000;
/** Waits until the calls of the previous run are answered. */
const pauseMs = 20;

/** The topic of the temporary stack, in the emulator's only account. */
const topicArn = `arn:aws:sns:${region}:000000000000:floor-bench`;

/**
 * Measures the smallest pipeline on the same stack: a request, a function, one write, a queue, a
 * function, a topic and the queue of a subscriber. The times of `one` are compared with these.
 */
export const floor = (stack: Stack, runs: number): Promise<Figure[]> =>
  withThrowaway(stack, { name: 'FloorBench', app: 'bench/floor/app.ts' }, async () => {
    const url = `${stack.endpoint}/restapis/floor-bench/api/_user_request_/floor`;
    const subscriber = await subscribe(stack.endpoint, topicArn);
    try {
      const times: number[] = [];
      for (let n = 0; n < runs + warmUp; n++) {
        await sleep(pauseMs);
        const sent = Date.now();
        const { status, body } = await request(url, 'POST', { body: { n } });
        if (status !== 200) throw new Error(`floor: ${status} ${JSON.stringify(body)}`);
        const [arrived] = await subscriber.receive(1, patienceMs);
        if (!arrived) throw new Error(`nothing arrived within ${patienceMs} ms`);
        if (n >= warmUp) times.push(arrived.sentAt - sent);
        process.stdout.write(`\r  ${Math.max(0, n + 1 - warmUp)} of ${runs} runs`);
      }
      process.stdout.write('\n');
      return spread('floor', 'request to message', times);
    } finally {
      await subscriber.close();
    }
  });
