/** `doctor alarm preview`: the request that it sends, and what it prints. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiStandIn, apiStandIn } from './api-stand-in.ts';

const events = [
  { accepted_at: 't', event_type: 'e', resource_id: 's-1', effect: 'raise', traits: {} },
];

let api: ApiStandIn;
beforeAll(async () => {
  api = await apiStandIn(() => ({
    'POST /doctor/alarm-preview?hours=2': { from: 'f', to: 't', events },
  }));
});
afterAll(() => {
  api.close();
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
