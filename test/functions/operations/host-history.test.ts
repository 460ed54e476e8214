/** `GET /doctor/v1/host-history/{host}`. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { Migration, noDepartures } from '../../../domain/servers/evacuation.ts';
import { evacuationWith, hostWith, id, minute } from '../../domain/rows.ts';
import { asking } from './surface.ts';

const migration = Migration.parse({ ...evacuationWith(), instance_uuid: id(1) });

/** A surface whose host was in maintenance, and had an evacuation; `asked` has the names that were read. */
function surface() {
  const asked: string[] = [];
  const ask = asking({
    host: async (name) => (name.toLowerCase() === 'compute-1' ? hostWith() : undefined),
    faultsOfHost: async function* (host, { to }) {
      asked.push(`${host} to ${to}`);
      yield [];
    },
    affectedBy: async () => [],
    switchesOf: async (host, most, to) => {
      asked.push(`${host} ${most} to ${to}`);
      return [
        {
          ...{ host, revision: 2, at: minute(20), kinds: ['maintenance_started'] },
          ...{ user_id: 'operator', request_id: 'req-1' },
        },
      ];
    },
    migrations: async function* () {
      yield [migration];
    },
    departures: async () => noDepartures,
  });
  const history = (role: string, host: string, query = {}) =>
    ask(role, { path: `/doctor/v1/host-history/${host}`, query });
  return { asked, history };
}

test('shows administrators what happened to a host, in any spelling of its name', async () => {
  const { history, asked } = surface();
  const { status, body } = await history('admin', 'COMPUTE-1');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    host: 'compute-1',
    history: [
      { what: 'maintenance_started', user_id: 'operator', request_id: 'req-1', server_id: null },
      { what: 'evacuation', request_id: 'req-evacuate', server_id: id(1) },
    ],
  });
  expect(asked).toEqual(['compute-1 to ~', 'compute-1 211 to ~']);
});

test('answers so many entries, and refuses other numbers', async () => {
  const { history } = surface();
  const one = await history('admin', 'compute-1', { limit: ['1'] });
  expect(one.body).toMatchObject({ history: [{ what: 'maintenance_started' }] });
  for (const limit of ['0', '201', 'x']) {
    const { status, body } = await history('admin', 'compute-1', { limit: [limit] });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('limit') } },
    });
  }
});

const Paged = z.object({ history: z.array(z.unknown()), next: z.string().optional() });

test('links to the next page, which begins behind the marker and reads no newer records', async () => {
  const { history, asked } = surface();
  const first = Paged.parse((await history('admin', 'compute-1', { limit: ['1'] })).body);
  const marker = new URL(first.next ?? '').searchParams.get('marker') ?? '';
  expect(marker).toBe(`${minute(20)}#maintenance_started#`);
  asked.length = 0;
  const second = await history('admin', 'compute-1', { limit: ['1'], marker: [marker] });
  expect(second.body).toMatchObject({ history: [{ what: 'evacuation' }] });
  expect(second.body).not.toHaveProperty('next');
  expect(asked).toEqual([`compute-1 to ${minute(20)}$`, `compute-1 12 to ${minute(20)}$`]);
});

test.each(['', 'x', `${minute(20)}`, `${minute(20)}#up#../..`, '~#up#'])(
  'a marker that no answer has is refused: %s',
  async (marker) => {
    const { status, body } = await surface().history('admin', 'compute-1', { marker: [marker] });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('marker') } },
    });
  },
);

test('is a 404 for an unknown host, and forbidden to others', async () => {
  const { history } = surface();
  expect((await history('admin', 'nowhere')).status).toBe(404);
  for (const role of ['member', 'reader', 'monitor', 'service']) {
    expect((await history(role, 'compute-1')).status).toBe(403);
  }
});
