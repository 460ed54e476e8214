/** A small cloud in a world: hosts, instances of one tenant, and an alarm for each. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import * as z from 'zod';
import { instanceStore } from '../../adapters/servers/instances.ts';
import type { Instance } from '../../domain/servers/instance.ts';
import { dynamodb } from '../stack/stack.ts';
import type { Disturbance } from './disturbance.ts';
import type { Prepare } from './invoke.ts';
import type { Outcome, World } from './world.ts';

export const project = 'tenant';

const ProxyResult = z.object({ statusCode: z.int(), body: z.string() });

const Migration = z.object({
  uuid: z.uuid(),
  status: z.string(),
  instance_uuid: z.guid(),
  source_compute: z.string(),
  dest_compute: z.string().nullable(),
});
type Migration = z.infer<typeof Migration>;
const Migrations = z.object({ migrations: z.array(Migration) });

/** The answer inside an outcome; fails the test if there is none. */
export function answerOf(outcome: Outcome): { status: number; body: unknown } {
  if (outcome.kind !== 'done') throw new Error(`no answer: ${JSON.stringify(outcome)}`);
  const { statusCode, body } = ProxyResult.parse(outcome.result);
  return { status: statusCode, body: body === '' ? undefined : JSON.parse(body) };
}

/** Requires a 2xx. */
export function ok(outcome: Outcome): unknown {
  const { status, body } = answerOf(outcome);
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
}

/**
 * Makes all indexes empty, so that a report writes only the host and leaves its instances to the
 * fault-finisher.
 */
const nothingShown: Prepare = ({ dynamo }) =>
  dynamo.middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      const { output } = answer;
      if (context.commandName === 'QueryCommand' && 'Items' in output) output.Items = [];
      return answer;
    },
    { step: 'initialize' },
  );

/** Requests of operators and tenants to a world. */
export const cloud = (world: World) => {
  const { INSTANCES_TABLE, MIGRATIONS_TABLE, HOSTS_TABLE } = world.things.env;
  const store = instanceStore(dynamodb(), {
    instances: INSTANCES_TABLE,
    migrations: MIGRATIONS_TABLE,
    hosts: HOSTS_TABLE,
  });
  const force = (host: string, forced_down: boolean, d?: Disturbance, prepare?: Prepare) =>
    world.request(
      {
        method: 'PUT',
        path: '/compute/v2.1/os-services/force-down',
        headers: { 'X-OpenStack-Nova-API-Version': '2.11' },
        body: { host, binary: 'nova-compute', forced_down },
      },
      d,
      prepare,
    );
  const self = {
    host: async (name: string): Promise<void> => {
      ok(await world.request({ method: 'PUT', path: `/doctor/v1/hosts/${name}`, body: {} }));
    },
    /** Registers an instance, active unless something else is said. */
    server: (uuid: string, host: string | null, more: object = {}, d?: Disturbance) =>
      world.request(
        {
          method: 'PUT',
          path: `/doctor/v1/servers/${uuid}`,
          body: { name: 'vm', project_id: project, host, vm_state: 'active', ...more },
        },
        d,
      ),
    /** Registers this many active instances on a host. */
    servers: async (host: string, count: number): Promise<string[]> => {
      const uuids = Array.from({ length: count }, () => randomUUID());
      for (const uuid of uuids) ok(await self.server(uuid, host));
      return uuids;
    },
    /** Creates an alarm, by default on the stop of an instance. Returns its id. */
    alarm: async (instance: string | undefined, more: object = {}): Promise<string> => {
      const query = [
        { field: 'traits.state', op: 'eq', type: 'string', value: 'stopped' },
        ...(instance
          ? [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: instance }]
          : []),
      ];
      const body = {
        name: 'stopped',
        type: 'event',
        project_id: project,
        event_rule: { event_type: 'compute.instance.update', query },
        ...more,
      };
      const made = ok(await world.request({ method: 'POST', path: '/alarming/v2/alarms', body }));
      return z.object({ alarm_id: z.string() }).parse(made).alarm_id;
    },
    down: (host: string, d?: Disturbance, prepare?: Prepare) => force(host, true, d, prepare),
    /** A report that reaches no instance: only the row of the host shows the fault. */
    downAlone: (host: string) => force(host, true, undefined, nothingShown),
    /** An action on one server, by the administrator. */
    act: (uuid: string, action: object, d?: Disturbance) =>
      world.request(
        { method: 'POST', path: `/compute/v2.1/servers/${uuid}/action`, body: action },
        d,
      ),
    up: (host: string, prepare?: Prepare) => force(host, false, undefined, prepare),
    /** Evacuates one server, to any target unless one is named. */
    evacuate: (uuid: string, target?: string, d?: Disturbance, prepare?: Prepare) =>
      world.request(
        {
          method: 'POST',
          path: `/compute/v2.1/servers/${uuid}/action`,
          headers: { 'X-OpenStack-Nova-API-Version': '2.94' },
          body: { evacuate: target === undefined ? {} : { host: target } },
        },
        d,
        prepare,
      ),
    /** Reports the outcome of a move, as the executor. */
    moved: (uuid: string, status: 'done' | 'failed', d?: Disturbance, prepare?: Prepare) =>
      world.request(
        { method: 'POST', path: `/doctor/v1/servers/${uuid}/evacuation`, body: { status } },
        d,
        prepare,
      ),
    heartbeat: (host: string, body: object, d?: Disturbance) =>
      world.request({ method: 'POST', path: `/doctor/v1/hosts/${host}/heartbeat`, body }, d),
    /** The evacuations of a query, newest first. */
    migrations: async (query: Record<string, string>): Promise<Migration[]> => {
      const asked = Object.entries(query).map(([name, value]) => [name, [value]]);
      const body = ok(
        await world.request({
          path: '/compute/v2.1/os-migrations',
          headers: { 'X-OpenStack-Nova-API-Version': '2.94' },
          query: Object.fromEntries(asked),
        }),
      );
      return Migrations.parse(body).migrations;
    },
    /** Updates a host by `os-hosts`, which includes OPNFV Doctor's report. */
    update: (host: string, body: object, d?: Disturbance) =>
      world.request({ method: 'PUT', path: `/compute/v2.1/os-hosts/${host}`, body }, d),
    row: (uuid: string): Promise<Instance | undefined> => store.instance(uuid),
    /** An instance as a reader sees it. */
    seen: async (uuid: string): Promise<Record<string, unknown>> => {
      const body = ok(await world.request({ path: `/compute/v2.1/servers/${uuid}` }));
      return z.object({ server: z.record(z.string(), z.unknown()) }).parse(body).server;
    },
  };
  return self;
};

/** Expects every instance to be recorded as stopped by a fault. */
export async function expectStopped(
  { row }: ReturnType<typeof cloud>,
  uuids: readonly string[],
): Promise<void> {
  for (const uuid of uuids) {
    expect(await row(uuid)).toMatchObject({
      vm_state: 'stopped',
      power_state: 4,
      pre_fault: { vm_state: 'active' },
    });
  }
}

/** Alarm id and notification id of all notifications, sorted. */
export const idsOf = (received: readonly Record<string, unknown>[]): string[] =>
  received.map(({ alarm_id, notification_id }) => `${alarm_id} ${notification_id}`).sort();
