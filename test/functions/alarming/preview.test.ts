/** `POST /doctor/v1/alarm-preview`. */
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { RecentEvent } from '../../../domain/events/recent-event.ts';
import { eventWith } from '../../domain/events/events.ts';
import { call } from '../call.ts';
import { type AlarmingWorld, alarmingWorld, least } from './surface.ts';

/** The world's clock begins with 2026. */
const hoursAgo = (hours: number): string =>
  new Date(Date.parse('2026-01-01T00:00:00.000Z') - hours * 3_600_000).toISOString();

const recent = (message_id: string, project_id: string, hours: number) =>
  RecentEvent.parse({
    ...eventWith(['project_id', 1, project_id], ['state', 1, 'stopped']),
    ...{ message_id, accepted_at: hoursAgo(hours) },
  });

let world: AlarmingWorld;
beforeEach(() => {
  world = alarmingWorld();
  world.recent.push(recent('m-1', 'a', 1), recent('m-2', 'b', 1), recent('m-3', 'a', 20));
});

const preview = (who: string, body: unknown, query: Record<string, string[]> = {}) =>
  call(world.api, {
    method: 'POST',
    path: '/doctor/v1/alarm-preview',
    headers: { 'X-Auth-Token': who },
    body,
    query,
  });
const ids = (body: unknown) =>
  z
    .object({ events: z.array(z.object({ message_id: z.string() })) })
    .parse(body)
    .events.map(({ message_id }) => message_id);

test('shows a tenant the events of its project only, of the last day', async () => {
  const { status, body } = await preview('member', least);
  expect({ status, ids: ids(body) }).toEqual({ status: 200, ids: ['m-1', 'm-3'] });
  expect(body).toMatchObject({ looked_at: 2, matched: 2 });
  expect(ids((await preview('memberOfB', least)).body)).toEqual(['m-2']);
  expect(world.rows.size).toBe(0);
});

test('reads the requested hours, shows the requested number of events, and says which time it covers', async () => {
  const { body } = await preview('reader', least, { hours: ['2'] });
  expect(body).toMatchObject({ matched: 1, looked_at: 1 });
  expect(z.object({ from: z.string() }).parse(body).from.slice(0, 19)).toBe('2025-12-31T22:00:00');
  const one = await preview('reader', least, { limit: ['1'] });
  expect(one.body).toMatchObject({ matched: 2, events: [{ message_id: 'm-1' }] });
});

test('an administrator previews an alarm of another project', async () => {
  const { body } = await preview('admin', { ...least, project_id: 'b' });
  expect(ids(body)).toEqual(['m-2']);
});

const refusal = (code: number, message: unknown) => ({ error: { code, message } });

test.each([
  [{ ...least, event_rule: { event_type: 'x', query: [{ field: 'state' }] } }, {}, /field/],
  [{ ...least, extra: 1 }, {}, /extra/],
  [{ ...least, name: 7 }, {}, /name/],
  [least, { hours: ['25'] }, /hours/],
  [least, { limit: ['0'] }, /limit/],
  [least, { colour: ['red'] }, /colour/],
  [{ name: 'n', type: 'prometheus', prometheus_rule: { query: 'up', threshold: 1 } }, {}, /type/],
  ['{', {}, /JSON/i],
])(
  'bad input is refused with the field named, in Doctor’s dialect: %#',
  async (body, query, named) => {
    const answer = await preview('member', body, query);
    expect(answer).toMatchObject({
      status: 400,
      body: refusal(400, expect.stringMatching(named)),
    });
  },
);

test('needs a role, and refuses another project’s alarms', async () => {
  expect((await preview('roleless', least)).status).toBe(403);
  const answer = await preview('member', { ...least, project_id: 'b' });
  expect(answer.status).toBe(401);
  expect((await preview('nobody', least)).status).toBe(401);
});
