/** The commands for subscriptions: the requests that they send, and what they refuse. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ApiStandIn, apiStandIn } from './api-stand-in.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:own';
const subscription = { id: 's-1', status: 'confirmed', endpoint: queue, group: 'fault' };
const answersAt = (here: string) => ({
  'POST /doctor/subscriptions': { subscription },
  'GET /doctor/subscriptions': {
    subscriptions: [subscription],
    next: `${here}/doctor/subscriptions?marker=s-1`,
  },
  'GET /doctor/subscriptions?marker=s-1': { subscriptions: [{ ...subscription, id: 's-2' }] },
  'GET /doctor/subscriptions?all_projects=true': {
    subscriptions: [{ ...subscription, project_id: 'p' }],
  },
  'GET /doctor/subscriptions/s-1': { subscription },
  'DELETE /doctor/subscriptions/s-1': {},
});

let api: ApiStandIn;
beforeAll(async () => {
  api = await apiStandIn(answersAt);
});
afterAll(() => {
  api.close();
});
beforeEach(() => {
  api.asked.length = 0;
});
const doctor = (line: string) => api.doctor(line);

test('a subscription to groups is requested, with a filter of lists', async () => {
  const { status, out } = await doctor(
    `subscription create --protocol sqs --endpoint ${queue} --group fault --severity low,critical --event-type compute.*`,
  );
  expect(status).toBe(0);
  expect(out).toMatch(/group\s+fault/);
  expect(api.asked).toEqual([
    [
      'POST',
      '/doctor/subscriptions',
      {
        ...{ protocol: 'sqs', endpoint: queue, group: 'fault' },
        filter: { severity: ['low', 'critical'], event_type: ['compute.*'] },
      },
    ],
  ]);
});

test('the request contains exactly the given options', async () => {
  const create = `subscription create --protocol sqs --endpoint ${queue}`;
  await doctor(create);
  await doctor(`${create} --all-projects --envelope --alarm a-1 --resource r-1 --current alarm`);
  const bodies = api.asked.map(([, , body]) => body);
  expect(bodies[0]).toEqual({ protocol: 'sqs', endpoint: queue });
  expect(bodies[1]).toEqual({
    ...{ protocol: 'sqs', endpoint: queue, all_projects: true, raw_message_delivery: false },
    filter: { alarm_id: ['a-1'], resource_id: ['r-1'], current: ['alarm'] },
  });
});

test('without a protocol or an endpoint no request is sent', async () => {
  for (const line of ['--protocol sqs', `--endpoint ${queue}`]) {
    const { status, err } = await doctor(`subscription create ${line}`);
    expect(status).toBe(2);
    expect(err).toContain('--protocol and --endpoint are needed.');
  }
  expect(api.asked).toEqual([]);
});

test('subscriptions are listed over pages, shown and deleted', async () => {
  const { out } = await doctor('subscription list');
  expect(out).toContain('s-1');
  expect(out).toContain('s-2');
  expect((await doctor('subscription list --all-projects')).out).toContain('Project');
  expect((await doctor('subscription show s-1')).out).toContain('confirmed');
  expect((await doctor('subscription delete s-1')).out).toContain('deleted');
  expect(api.asked.at(-1)?.slice(0, 2)).toEqual(['DELETE', '/doctor/subscriptions/s-1']);
});
