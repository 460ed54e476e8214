/** Alarms that are evaluated every minute: planned by the schedule, evaluated, and notified. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConfig, output, subscribe } from '../stack/stack.ts';
import { type Cloud, logins, newAlarm, newName } from './cloud.ts';
import { type Inbox, inboxOf } from './inbox.ts';
import { type PrometheusStandIn, prometheusStandIn } from './prometheus-stand-in.ts';

let cloud: Cloud;
let inbox: Inbox;
let prometheus: PrometheusStandIn;
const lambda = new LambdaClient(clientConfig());

beforeAll(async () => {
  prometheus = await prometheusStandIn();
  cloud = await logins();
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});
afterAll(async () => {
  await inbox?.close();
  await prometheus?.close();
  lambda.destroy();
});

/** Plans the round of a time, as the schedule does. */
const plan = (time: string) =>
  lambda.send(
    new InvokeCommand({
      FunctionName: output('PeriodicPlannerFunctionName'),
      Payload: JSON.stringify({ time }),
    }),
  );

test('a series that meets the comparison raises the alarm of its project, and a composite alarm with it', async () => {
  const name = newName('metric').replaceAll('-', '_');
  const rule = { query: `${name} > 1`, comparison_operator: 'gt', threshold: 1 };
  const alarm = await newAlarm(cloud.a, { name, type: 'prometheus', prometheus_rule: rule });
  const composite = await newAlarm(cloud.a, {
    name: `${name}-composite`,
    type: 'composite',
    composite_rule: {
      or: [
        { type: 'prometheus', alarm_id: alarm },
        { type: 'prometheus', ...rule },
      ],
    },
  });
  prometheus.series[name] = ['5'];
  await plan(new Date().toISOString());
  const [first] = await inbox.until(alarm);
  expect(first?.body).toMatchObject({
    previous: 'insufficient data',
    current: 'alarm',
    reason: 'Transition to alarm due to 1 samples outside threshold, most recent: 5.0',
    reason_data: { type: 'threshold', disposition: 'outside', count: 1, most_recent: 5 },
  });
  const [second] = await inbox.until(composite);
  expect(second?.body).toMatchObject({ current: 'alarm', reason_data: { type: 'composite' } });
  const { projectId } = cloud.a;
  const asked = prometheus.queries.filter((query) => query.includes(name));
  expect(new Set(asked)).toEqual(new Set([`${name}{project_id="${projectId}"} > 1`]));
  const { body } = await cloud.a.expect('GET', `/alarming/v2/alarms/${alarm}/history?limit=1`);
  expect(body).toMatchObject([
    { type: 'state transition', detail: expect.stringContaining('"alarm"') },
  ]);
});
