/** The function that applies Doctor's state to a cloud: it exists with the setting `cloud` only. */
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { Environment } from '../../functions/cloud-faults/connect.ts';
import { DoctorStack } from '../../infra/service.ts';
import type { ServiceSettings } from '../../infra/settings.ts';
import { policies, subject } from './template.ts';

const templateWith = (settings: Partial<ServiceSettings>) => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
};
const template = templateWith({ cloud: 'openstack' });
const variablesIn = (from: Template) =>
  Object.values(from.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties.Environment.Variables,
  );

test('without the setting there is no function, no queue, and no function that knows of one', () => {
  const without = templateWith({});
  expect(JSON.stringify(without.toJSON())).not.toMatch(/CloudFaults|CloudQueue|MoveQueue|CLOUD_/);
});

test('the reconciler and the mirror send to its queues, and it reads what it is given', () => {
  const senders = variablesIn(template).filter((each) => 'CLOUD_QUEUE_URL' in each);
  const names = senders.map((each) => each.POWERTOOLS_SERVICE_NAME);
  expect(names.sort()).toEqual(['cloud-faults', 'cloud-mirror', 'reconciler']);
  const own = senders.find((each) => each.POWERTOOLS_SERVICE_NAME === 'cloud-faults');
  for (const variable of Object.keys(Environment.shape)) expect(own).toHaveProperty(variable);
});

test.each(['CloudQueue', 'MoveQueue'])('%s bounds what the cloud gets at once', (name) => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^Messaging${name}`), 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    BatchSize: 1,
    ScalingConfig: { MaximumConcurrency: 2 },
  });
});

test('dead letters of the cloud raise an alarm', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [
      {
        Name: 'QueueName',
        Value: {
          'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingCloudDeadLetters'), 'QueueName'],
        },
      },
    ],
  });
});

test('it touches no alarms and no users, and of secrets only that of the cloud', () => {
  const statements = policies(template).get('CloudFaults') ?? [];
  const touched = statements.flatMap(({ action, resource }) =>
    action
      .filter((verb) => verb.startsWith('dynamodb:'))
      .flatMap((verb) => resource.map((what) => `${verb.slice(9)} on ${subject(what)}`)),
  );
  expect(touched.sort()).toEqual([
    ...['BatchGetItem on Instances', 'BatchGetItem on Ports', 'ConditionCheckItem on Hosts'],
    ...['GetItem on Hosts', 'GetItem on Instances', 'GetItem on Migrations', 'GetItem on Ports'],
    ...['PutItem on Instances', 'PutItem on Migrations'],
    ...['Query on Instances/byHost', 'Query on Ports/byHost'],
    ...['UpdateItem on Faults', 'UpdateItem on Hosts', 'UpdateItem on Migrations'],
  ]);
  const secrets = statements.filter(({ action }) => action.some((each) => /^secrets/.test(each)));
  expect(secrets).toHaveLength(1);
  expect(JSON.stringify(secrets)).toContain('openstack-??????');
});

test('the executor openstack needs a cloud', () => {
  const synth = (settings: Partial<ServiceSettings>) => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    new DoctorStack(app, 'Doctor', { target: 'aws', settings });
    return () => app.synth();
  };
  const evacuationExecutor = 'openstack';
  expect(synth({ evacuationExecutor })).toThrow(/evacuationExecutor.*needs.*cloud/);
  expect(synth({ evacuationExecutor, cloud: 'openstack' })).not.toThrow();
});
