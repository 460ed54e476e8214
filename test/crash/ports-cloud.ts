/** Ports in a world: on hosts, of one tenant, each with an alarm on its data plane. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import * as z from 'zod';
import { portReader } from '../../adapters/ports/port-reader.ts';
import type { DataPlaneStatus, Port } from '../../domain/ports/port.ts';
import { dynamodb } from '../stack/stack.ts';
import { ok, project } from './cloud.ts';
import type { Disturbance } from './disturbance.ts';
import type { Prepare } from './invoke.ts';
import type { World } from './world.ts';

const Made = z.object({ ports: z.array(z.object({ id: z.string() })) });

/** Requests of administrators, network controllers and tenants to a world. */
export const portsIn = (world: World) => {
  const reader = portReader(dynamodb(), world.things.env.PORTS_TABLE);
  const self = {
    /** Creates this many ports on a host. Returns their ids. */
    ports: async (host: string, count: number): Promise<string[]> => {
      const made: string[] = [];
      for (let left = count; left > 0; left -= 100) {
        const ports = Array.from({ length: Math.min(left, 100) }, () => ({
          ...{ network_id: randomUUID(), project_id: project, 'binding:host_id': host },
        }));
        const call = { method: 'POST', path: '/network/v2.0/ports', body: { ports } };
        made.push(...Made.parse(ok(await world.request(call))).ports.map(({ id }) => id));
      }
      return made;
    },
    /** Makes one port of the tenant's. */
    make: (values: object, d?: Disturbance) => {
      const port = { network_id: randomUUID(), project_id: project, ...values };
      return world.request({ method: 'POST', path: '/network/v2.0/ports', body: { port } }, d);
    },
    /** An alarm on each toggle of a port's data plane. */
    alarm: async (port: string): Promise<void> => {
      const query = [
        { field: 'traits.resource_id', op: 'eq', type: 'string', value: port },
        { field: 'traits.data_plane_status', op: 'eq', type: 'string', value: 'DOWN' },
      ];
      const body = {
        ...{ name: 'down', type: 'event', project_id: project, repeat_actions: true },
        event_rule: { event_type: 'port.data_plane_status.update', query },
      };
      ok(await world.request({ method: 'POST', path: '/alarming/v2/alarms', body }));
    },
    put: (port: string, values: object, d?: Disturbance, prepare?: Prepare) =>
      world.request(
        { method: 'PUT', path: `/network/v2.0/ports/${port}`, body: { port: values } },
        d,
        prepare,
      ),
    report: (host: string, status: DataPlaneStatus, d?: Disturbance, prepare?: Prepare) =>
      world.request(
        {
          ...{ method: 'PUT', path: `/doctor/v1/hosts/${host}/data-plane-status` },
          body: { data_plane_status: status },
        },
        d,
        prepare,
      ),
    row: (port: string): Promise<Port | undefined> => reader.port(port),
    /** A port as a reader sees it. */
    seen: async (port: string): Promise<Record<string, unknown>> => {
      const body = ok(await world.request({ path: `/network/v2.0/ports/${port}` }));
      return z.object({ port: z.record(z.string(), z.unknown()) }).parse(body).port;
    },
    /** The toggles in the operators' events, as port, revision and new status; each id once. */
    toggles: async (): Promise<string[]> => {
      const received = await world.things.events.receive(0, 0);
      const events = received.map(({ body }) => Toggle.parse(body));
      const byId = new Map(events.map((event) => [event.message_id, event]));
      return [...byId.values()].flatMap(({ event_type, traits, stamp }) => {
        if (event_type !== 'port.data_plane_status.update') return [];
        const status = traits.find(([name]) => name === 'data_plane_status')?.[2];
        return [`${stamp?.resource} ${stamp?.revision} ${status}`];
      });
    },
  };
  return self;
};

const Toggle = z.object({
  message_id: z.string(),
  event_type: z.string(),
  traits: z.array(z.tuple([z.string(), z.int(), z.unknown()])),
  stamp: z.object({ resource: z.string(), revision: z.int() }).nullable(),
});

/** Expects every port to be recorded as down. */
export async function expectDown(
  { row }: ReturnType<typeof portsIn>,
  ports: readonly string[],
): Promise<void> {
  for (const port of ports) {
    expect(await row(port)).toMatchObject({ data_plane_status: 'DOWN', status: 'DOWN' });
  }
}
