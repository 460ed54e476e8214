/** Functions that carry faults always have room to run, and the account has that room. */
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readsAtOnce } from '../../flows/read-again.ts';
import { DoctorStack } from '../../infra/service.ts';
import { defaults, type ServiceSettings } from '../../infra/settings.ts';
import { makeStack } from './template.ts';

const stackWith = (settings: Partial<ServiceSettings>, target: 'aws' | 'emulator' = 'aws') => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return { app, stack: new DoctorStack(app, 'Doctor', { target, settings }) };
};

/** The reserved concurrency, by the construct of the function. */
const reserved = (stack: DoctorStack) =>
  Object.fromEntries(
    Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function')).flatMap(
      ([id, { Properties }]) =>
        Properties.ReservedConcurrentExecutions === undefined
          ? []
          : [[id.replace(/Function[0-9A-F]{8}$/, ''), Properties.ReservedConcurrentExecutions]],
    ),
  );

test('the functions that carry faults have a concurrency that nothing else can take', () => {
  expect(reserved(makeStack())).toEqual({
    HostReports: 100,
    Network: 100,
    Doctor: 100,
    Monitors: 100,
    Compute: 100,
    Alarming: 100,
    Operations: 30,
    ReportReceiver: 5,
    Reconciler: 20,
    AlarmEvaluator: defaults.evaluatorConcurrency,
    FaultFinisher: 2,
    WebhookSender: 2 * defaults.webhookConcurrency,
  });
});

test('reports of hosts run where nothing else does: no other path and no page uses their function', () => {
  const template = Template.fromStack(makeStack());
  const served = Object.values(template.findResources('AWS::ApiGateway::Method')).flatMap(
    ({ Properties }) =>
      JSON.stringify(Properties.Integration).includes('HostReports')
        ? [Properties.ResourceId.Ref]
        : [],
  );
  expect(served).toEqual([
    expect.stringMatching(/^ApiRestcomputev21osservices[0-9A-F]{8}$/),
    expect.stringMatching(/^ApiRestcomputev21osservicesproxy[0-9A-F]{8}$/),
  ]);
  const pages = template.findResources('AWS::Lambda::Function', {
    Properties: { Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'operations' } } },
  });
  expect(JSON.stringify(pages)).not.toContain('HostReports');
});

test('every five minutes the functions on the path of a fault are woken, on AWS only', () => {
  const woken = (target?: 'emulator') =>
    Object.values(Template.fromStack(makeStack(target)).findResources('AWS::Events::Rule')).flatMap(
      ({ Properties }) =>
        Properties.ScheduleExpression === 'rate(5 minutes)'
          ? Properties.Targets.map(({ Arn, Input }: { Arn: object; Input: string }) => [
              JSON.stringify(Arn).replace(/^.*\["([A-Za-z]+)Function.*$/, '$1'),
              Input,
            ])
          : [],
    );
  expect(woken()).toEqual([
    ['HostReports', '{"wake":true}'],
    ['AlarmEvaluator', '{"Records":[]}'],
  ]);
  expect(woken('emulator')).toEqual([]);
});

test('held requests leave a third of the concurrency of their function to requests that are not held', () => {
  const { operationsConcurrency, heldRequests, heldRequestsPerProject } = defaults;
  expect(heldRequests).toBeLessThanOrEqual((2 / 3) * operationsConcurrency);
  // No project can hold so many that others hold none.
  expect(heldRequestsPerProject).toBeLessThan(heldRequests / 2);
});

test('the concurrent reads of pages leave a third of the concurrency to reports', () => {
  const { operationsConcurrency, reportConcurrency } = defaults;
  expect(operationsConcurrency * readsAtOnce).toBeLessThanOrEqual((2 / 3) * reportConcurrency);
});

test('a queue never starts more consumers at once than are reserved for it', () => {
  const { stack } = stackWith({ evaluatorConcurrency: 7 });
  expect(reserved(stack)).toMatchObject({ AlarmEvaluator: 7 });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: Match.stringLikeRegexp('^AlarmEvaluator') },
    ScalingConfig: { MaximumConcurrency: 7 },
  });
});

test('on emulators nothing is reserved, and the account’s concurrency is not checked', () => {
  const { app, stack } = stackWith({ accountConcurrency: 10 }, 'emulator');
  expect(reserved(stack)).toEqual({});
  expect(() => app.synth()).not.toThrow();
});

test.each([
  { accountConcurrency: 10 },
  { accountConcurrency: 780 },
  { reportConcurrency: 200 },
  { evaluatorConcurrency: 900 },
])('more than the account has is an error at synth, which says what to set: %o', (settings) => {
  expect(() => stackWith(settings).app.synth()).toThrow(
    /functions reserve a concurrency of \d+, and AWS keeps 100 .*accountConcurrency.*reportConcurrency=0/,
  );
});

test.each([{ accountConcurrency: 781 }, { accountConcurrency: 100, reportConcurrency: 0 }])(
  'settings that fit are deployed: %o',
  (settings) => {
    const { app, stack } = stackWith(settings);
    expect(() => app.synth()).not.toThrow();
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('queues start'));
  },
);

test('an account that its queues can use up is deployed with a warning, where nothing is reserved', () => {
  const { app, stack } = stackWith({ accountConcurrency: 10, reportConcurrency: 0 });
  expect(() => app.synth()).not.toThrow();
  expect(reserved(stack)).toEqual({});
  Annotations.fromStack(stack).hasWarning(
    '*',
    Match.stringLikeRegexp('queues start 55 functions at once, and the account has 10'),
  );
});
