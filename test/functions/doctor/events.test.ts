import { beforeEach, expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import type { DeadLetter } from '../../../domain/events/messages.ts';
import { OutsideEvents } from '../../../domain/events/outside-event.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { type EventDeps, eventRoutes } from '../../../functions/doctor/events.ts';
import { minute } from '../../domain/rows.ts';
import { sample } from '../../events/samples.ts';
import { call, quiet } from '../call.ts';

const sent: DoctorEvent[] = [];
const deadLettered: DeadLetter[] = [];
const accepted: boolean[] = [];
beforeEach(() => {
  for (const all of [sent, deadLettered, accepted]) all.length = 0;
});

const post = (body: unknown, given: Partial<EventDeps> = {}, as = 'service') =>
  call(
    createSurface({
      ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
      authenticate: async ({ 'x-auth-token': role = '' }, { basic }) => {
        accepted.push(basic);
        if (!role) throw unauthenticated();
        return { user_id: role, user_name: role, project_id: 'a', roles: [role] };
      },
      routes: eventRoutes({
        sendTwice: async (events) => {
          sent.push(...events);
        },
        deadLetter: async (letters) => {
          deadLettered.push(...letters);
        },
        now: () => minute(20),
        ...given,
      }),
    }),
    { method: 'POST', path: '/doctor/v1/events', headers: { 'X-Auth-Token': as }, body },
  );

const good = { message_id: 'm', event_type: 't', traits: [['project_id', 1, 'a']] };

test.each(['instance-update', 'on-the-bus', 'port-update'])(
  'a request of Ceilometer is accepted unchanged: %s',
  async (name) => {
    const events = sample(`ceilometer/${name}.json`, OutsideEvents);
    const answer = await post(events);
    expect(answer).toMatchObject({ status: 202, body: { accepted: events.length, refused: 0 } });
    expect(
      sent.map(({ accepted_at, stamp, fault_id }) => ({ accepted_at, stamp, fault_id })),
    ).toEqual(events.map(() => ({ accepted_at: minute(20), stamp: null, fault_id: null })));
  },
);

test('one event alone is a list of one', async () => {
  expect(await post(good)).toMatchObject({ status: 202, body: { accepted: 1 } });
});

test('a bad element is dead-lettered with its reason, and does not affect others', async () => {
  const answer = await post([good, { event_type: 't' }, 7, null, { ...good, message_id: 'n' }]);
  expect(answer).toMatchObject({ status: 202, body: { accepted: 2, refused: 3 } });
  expect(sent.map(({ message_id }) => message_id)).toEqual(['m', 'n']);
  expect(deadLettered.map(({ element }) => element)).toEqual([{ event_type: 't' }, 7, null]);
  for (const { reason } of deadLettered) expect(reason).not.toBe('');
});

test.each(['sendTwice', 'deadLetter'] as const)(
  'a request whose events are not queued is not accepted: %s',
  async (name) => {
    const failing = async () => {
      throw new Error('the queue is gone');
    };
    expect((await post([good, 7], { [name]: failing })).status).toBe(500);
  },
);

test.each([['"text"'], ['7'], ['null'], ['']])('%s is no list of events', async (body) => {
  expect((await post(body)).status).toBe(400);
  expect(sent).toEqual([]);
});

test('an empty list is taken', async () => {
  expect(await post([])).toMatchObject({ status: 202, body: { accepted: 0, refused: 0 } });
});

test('tenants may send none', async () => {
  expect((await post([good], {}, 'member')).status).toBe(403);
  expect((await post([good], {}, '')).status).toBe(401);
  expect(sent).toEqual([]);
});

test('HTTP Basic is accepted here: Ceilometer can send nothing else', async () => {
  await post([good]);
  expect(accepted).toEqual([true]);
});
