/** `doctor alarm`: the requests that its commands send, and what they print. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiStandIn, apiStandIn } from './api-stand-in.ts';

const events = [
  { accepted_at: 't', event_type: 'e', resource_id: 's-1', effect: 'raise', traits: {} },
];

/** A test of an alarm with one webhook. */
const sent = (alarm_id: string, result: string) => ({
  test: {
    id: 't-1',
    alarm_id,
    state: 'alarm',
    webhooks: [{ action: 'https://a.example/', result }],
  },
});

let api: ApiStandIn;
beforeAll(async () => {
  api = await apiStandIn(() => ({
    'POST /doctor/alarm-preview?hours=2': { from: 'f', to: 't', events },
    'POST /doctor/alarms/a-1/test': sent('a-1', 'pending'),
    'GET /doctor/alarms/a-1/test/t-1': sent('a-1', 'delivered'),
    'POST /doctor/alarms/a-2/test': sent('a-2', 'pending'),
    'GET /doctor/alarms/a-2/test/t-1': sent('a-2', 'given up'),
  }));
});
afterAll(() => {
  api.close();
});
beforeEach(() => {
  api.asked.length = 0;
});

test('an alarm is previewed with the options of `alarm create`', async () => {
  const { status, out } = await api.doctor(
    'alarm preview --event-type compute.* --query traits.state=stopped --hours 2',
  );
  expect(status).toBe(0);
  expect(out).toContain('s-1');
  const event_rule = { event_type: 'compute.*', query: 'traits.state=stopped' };
  expect(api.asked).toEqual([
    ['POST', '/doctor/alarm-preview?hours=2', { name: 'preview', type: 'event', event_rule }],
  ]);
});

test('an alarm is tested in a state, and what was sent is printed', async () => {
  const { status, out } = await api.doctor('alarm test a-1 --state ok');
  expect(status).toBe(0);
  expect(out).toContain('"result":"pending"');
  expect(api.asked).toEqual([['POST', '/doctor/alarms/a-1/test', { state: 'ok' }]]);
});

test('with --wait the outcomes of the webhooks are printed, and one that was not delivered is a failure', async () => {
  const good = await api.doctor('alarm test a-1 --wait');
  expect(good).toMatchObject({ status: 0, out: expect.stringContaining('delivered') });
  const bad = await api.doctor('alarm test a-2 --wait');
  expect(bad).toMatchObject({ status: 1, out: expect.stringContaining('given up') });
  expect(api.asked[0]).toEqual(['POST', '/doctor/alarms/a-1/test', {}]);
});
