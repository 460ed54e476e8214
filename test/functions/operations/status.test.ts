import { expect, test } from 'vitest';
import { ListedHost } from '../../../domain/hosts/listed-host.ts';
import { hostWith } from '../../domain/rows.ts';
import { asking, now } from './surface.ts';

const host = (facts: Parameters<typeof hostWith>[0]) => ListedHost.parse(hostWith(facts));

test('hosts are counted in the first state that fits, and queues since they are not empty', async () => {
  const ask = asking({
    allHosts: async () => [
      host({}),
      host({ forced_down: true, maintenance: true }),
      host({ heartbeat: true, last_seen_up: '2025-01-01T00:00:00.000Z' }),
      host({ maintenance: true, status: 'disabled' }),
      host({ status: 'disabled' }),
    ],
    serversByState: async () => ({ counts: { active: 2, stopped: 1 }, complete: true }),
    openFaultCount: async () => ({ count: 1, complete: true, oldest_at: now }),
    depthsOfWork: async () => ({ events: { waiting: 3, in_flight: 1, delayed: 2 } }),
    depthsOfDeadLetters: async () => ({ bulk: { waiting: 4, in_flight: 0, delayed: 0 } }),
    samplesFrom: async () => [
      { at: '2026-01-01T00:07:00.000Z', waiting: { events: 0 }, dead_letters: {} },
      { at: '2026-01-01T00:08:00.000Z', waiting: { events: 1 }, dead_letters: {} },
      { at: '2026-01-01T00:09:00.000Z', waiting: { events: 2 }, dead_letters: {} },
    ],
  });
  const { status, body } = await ask('admin', { path: '/doctor/v1/status' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    at: now,
    hosts: { total: 5, up: 1, down: 1, silent: 1, maintenance: 1, disabled: 1 },
    servers: { total: 3, by_state: { active: 2, stopped: 1 }, complete: true },
    faults: { open: 1, oldest_at: now },
    queues: expect.arrayContaining([
      {
        ...{ name: 'events', waiting: 3, in_flight: 1, delayed: 2 },
        not_empty_since: '2026-01-01T00:08:00.000Z',
      },
      { name: 'wide', waiting: 0, in_flight: 0, delayed: 0, not_empty_since: null },
    ]),
    dead_letters: expect.arrayContaining([{ queue: 'bulk', count: 4 }]),
  });
});

test('minutes have notifications, their times, webhooks by outcome and what waited', async () => {
  const ask = asking({
    sentFrom: async () => [{ minute: '2026-01-01T00:08:00.000Z', counts: { 100: 9, 2000: 1 } }],
    webhooksFrom: async () => [
      { minute: '2026-01-01T00:08:00.000Z', counts: { delivered: 3, refused: 1 } },
    ],
    samplesFrom: async () => [
      { at: '2026-01-01T00:09:00.000Z', waiting: { events: 2 }, dead_letters: { bulk: 1 } },
    ],
  });
  const { body } = await ask('admin', { path: '/doctor/v1/rates', query: { hours: ['1'] } });
  expect(body).toEqual({
    minutes: [
      {
        ...{ at: '2026-01-01T00:08:00.000Z', notifications: 10, p50_ms: 100, p99_ms: 2000 },
        ...{ waiting: {}, dead_letters: {} },
        webhooks: { delivered: 3, retried: 0, given_up: 0, refused: 1 },
      },
      {
        ...{ at: '2026-01-01T00:09:00.000Z', notifications: 0, p50_ms: null, p99_ms: null },
        webhooks: { delivered: 0, retried: 0, given_up: 0, refused: 0 },
        ...{ waiting: { events: 2 }, dead_letters: { bulk: 1 } },
      },
    ],
  });
});

test('queues of settings that are off are not shown, and those of settings that are on are', async () => {
  const none = { waiting: 0, in_flight: 0, delayed: 0 };
  const shown = async (depths: Record<string, typeof none>, dead: Record<string, typeof none>) => {
    const ask = asking({
      depthsOfWork: async () => depths,
      depthsOfDeadLetters: async () => dead,
    });
    return JSON.stringify((await ask('admin', { path: '/doctor/v1/status' })).body);
  };
  expect(await shown({}, {})).not.toMatch(/"(cloud|moves|mirror|inventory)"/);
  const on = await shown({ moves: none, inventory: none }, { cloud: none });
  for (const name of ['moves', 'inventory', 'cloud', 'ticks', 'rounds']) {
    expect(on).toContain(`"${name}"`);
  }
});
