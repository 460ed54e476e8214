/** A host that must send heartbeats, and what operators see when it sends none. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Client } from '../../scripts/stack/api.ts';
import type { KeptStack } from './kept-stack.ts';

/** The value of `DOCTOR_SETTINGS`: missed heartbeats are reported after a few seconds. */
export const heartbeatSettings = 'reportMissedHeartbeats=true serviceDownTimeSeconds=4';

const Event = z.object({ traits: z.array(z.tuple([z.string(), z.number(), z.unknown()])) });
const Conditions = z.object({
  conditions: z.array(z.looseObject({ source: z.string(), state: z.string() })),
});

/** A new host that has sent one heartbeat. */
export async function silentHost(stack: KeptStack, admin: Client) {
  const host = `cmp-${randomUUID().slice(0, 8)}`;
  const events = await stack.subscribe('EventsTopicArn', { event_type: ['service.update'] });
  const beat = () => admin.expect('POST', `/doctor/v1/hosts/${host}/heartbeat`, { body: {} });
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, {
    body: { zone: 'nova', heartbeat: true },
  });
  await beat();
  const states: unknown[] = [];
  return {
    beat,
    /** Its conditions of the source `heartbeat`, newest first. */
    conditions: async (): Promise<string[]> => {
      const path = `/doctor/v1/conditions?source=heartbeat&host=${host}`;
      const { body } = await admin.expect('GET', path);
      return Conditions.parse(body).conditions.map(({ state }) => state);
    },
    /** The states of the host that the operators' topic sent so far, in their order. */
    notified: async (): Promise<readonly unknown[]> => {
      for (const { body } of await events.receive(0, 0)) {
        const traits = new Map(Event.parse(body).traits.map(([name, , value]) => [name, value]));
        if (traits.get('host') === host) states.push(traits.get('state'));
      }
      return states;
    },
    /** Ends the watching: the host need not send heartbeats any more. */
    stop: async (): Promise<void> => {
      await events.close();
      const body = { zone: 'nova', heartbeat: false };
      await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body });
    },
  };
}
