/** The variables that `infra/` sets for each function, compared with those that the function reads. */
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { Environment as alarmEvaluator } from '../../functions/alarm-evaluator/connect.ts';
import { Environment as alarming } from '../../functions/alarming/connect.ts';
import { Environment as compute } from '../../functions/compute/connect.ts';
import { Environment as console } from '../../functions/console/connect.ts';
import { Environment as doctor } from '../../functions/doctor/connect.ts';
import { Environment as faultFinisher } from '../../functions/fault-finisher/connect.ts';
import { Environment as identity } from '../../functions/identity/connect.ts';
import { Environment as monitors } from '../../functions/monitors/connect.ts';
import { Environment as network } from '../../functions/network/connect.ts';
import { Environment as operations } from '../../functions/operations/connect.ts';
import { Environment as periodicEvaluator } from '../../functions/periodic-evaluator/connect.ts';
import { Environment as periodicPlanner } from '../../functions/periodic-planner/connect.ts';
import { Environment as reconciler } from '../../functions/reconciler/connect.ts';
import { Environment as reportReceiver } from '../../functions/report-receiver/connect.ts';
import { Environment as sweeper } from '../../functions/sweeper/connect.ts';
import { Environment as timekeeper } from '../../functions/timekeeper/connect.ts';
import { Environment as webhookSender } from '../../functions/webhook-sender/connect.ts';
import { makeStack } from './template.ts';

const schemas = {
  'alarm-evaluator': alarmEvaluator,
  alarming,
  compute,
  doctor,
  'fault-finisher': faultFinisher,
  identity,
  monitors,
  network,
  console,
  'periodic-evaluator': periodicEvaluator,
  'periodic-planner': periodicPlanner,
  operations,
  reconciler,
  'report-receiver': reportReceiver,
  sweeper,
  timekeeper,
  'webhook-sender': webhookSender,
};

const FunctionResource = z.object({
  Properties: z.object({
    Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
  }),
});

/**
 * A placeholder for a value that AWS chooses: a name, an ARN, a URL, or a list of queues by their
 * names.
 */
const placeholder = 'name=https://queue.test/1/name';

/** The environments of the template's functions. */
const environments = Object.values(
  Template.fromStack(makeStack()).findResources('AWS::Lambda::Function'),
).flatMap((resource) => {
  const { Variables } = FunctionResource.parse(resource).Properties.Environment;
  const { POWERTOOLS_SERVICE_NAME: name, ...rest } = Variables;
  const texts = Object.entries(rest).map(([variable, value]) => [
    variable,
    typeof value === 'string' ? value : placeholder,
  ]);
  return [{ name, variables: Object.fromEntries(texts) }];
});

test.each(Object.entries(schemas))(
  '%s reads what it is given, and is given nothing else',
  (name, schema) => {
    const given = environments.filter((each) => each.name === name);
    expect(given.length).toBeGreaterThan(0);
    for (const { variables } of given) {
      expect(schema.safeParse(variables).error).toBeUndefined();
      const { POWERTOOLS_METRICS_NAMESPACE, UV_THREADPOOL_SIZE, ...own } = variables;
      expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(Object.keys(own)));
    }
  },
);

test('every function has a schema of its environment', () => {
  expect(new Set(environments.map(({ name }) => name))).toEqual(new Set(Object.keys(schemas)));
});
