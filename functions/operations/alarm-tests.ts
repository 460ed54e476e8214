/**
 * `/doctor/v1/alarms/{alarm_id}/test`: sends the notification that an alarm would send, marked as a test,
 * and shows the outcome of its webhooks.
 */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, type RouteRequest } from '../../adapters/http/route.ts';
import { AlarmState } from '../../domain/alarms/alarm.ts';
import { requireAlarmRole, visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { type AlarmTest, testedWebhooks } from '../../domain/delivery/alarm-test.ts';
import { noSuch } from '../../domain/errors.ts';
import type { Role } from '../../domain/identity/access.ts';
import { type TestAlarmDeps, testAlarm } from '../../flows/test-alarm.ts';

/** What the routes read and write. */
type AlarmTesting = TestAlarmDeps & {
  /** The alarm, read consistently; undefined if there is none. */
  readonly alarm: (alarm_id: string) => Promise<AnyAlarm | undefined>;
  /** A test with the outcomes so far, read consistently; undefined if there is none. */
  readonly alarmTest: (alarm_id: string, id: string) => Promise<AlarmTest | undefined>;
};

/** The dependencies of the routes. They are loaded with the first request. */
export type AlarmTestDeps = { readonly alarmTesting: () => Promise<AlarmTesting> };

/** The body: the state whose notification is sent. It may be left out. */
export const AlarmTestBody = z.strictObject({ state: AlarmState.default('alarm') }).prefault({});

/** A test as the API shows it, with the outcome of each webhook. */
const view = (row: AlarmTest) => {
  const { event_id, message, delivered_at, webhooks, ...shown } = row;
  return {
    test: {
      ...{ id: event_id, ...shown, published_at: delivered_at ?? null },
      webhooks: testedWebhooks(row),
    },
  };
};

type Asked = Pick<RouteRequest<unknown, unknown>, 'caller' | 'params'>;

/** The alarm in the path. @throws DomainError `forbidden` without the role; `not_found`. */
async function alarmIn({ alarm }: AlarmTesting, { caller, params }: Asked, role: Role) {
  requireAlarmRole(caller, role);
  const { alarm_id: id = '' } = params;
  return visibleAlarm(caller, id, await alarm(id));
}

/** The routes. */
export const alarmTestRoutes = ({ alarmTesting }: AlarmTestDeps): Route[] => [
  guardedRoute({
    method: 'POST',
    path: '/v1/alarms/:alarm_id/test',
    query: ignored,
    before: async (request) => alarmIn(await alarmTesting(), request, 'member'),
    body: AlarmTestBody,
    handle: async ({ before, body }) => ({
      status: 202,
      body: view(await testAlarm(await alarmTesting(), before, body.state)),
    }),
  }),
  guardedRoute({
    method: 'GET',
    path: '/v1/alarms/:alarm_id/test/:id',
    query: ignored,
    before: async (request) => alarmIn(await alarmTesting(), request, 'reader'),
    body: ignored,
    handle: async ({ before, params }) => {
      const id = parsed(z.guid(), params.id, 'id').toLowerCase();
      const { alarmTest } = await alarmTesting();
      const test = await alarmTest(before.alarm_id, id);
      if (!test) throw noSuch('Test', id);
      return { status: 200, body: view(test) };
    },
  }),
];
