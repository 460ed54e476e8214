/** The mirror of the cloud: it exists with the setting `cloud` only. */
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { cloudJobNames } from '../../domain/mirror/cloud-job.ts';
import { Environment } from '../../functions/cloud-mirror/connect.ts';
import { DoctorStack } from '../../infra/service.ts';
import { policies, subject } from './template.ts';

const templateWith = (settings: {
  readonly cloud: string;
  readonly cloudCallsInFlight?: number;
}) => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
};
const template = templateWith({ cloud: 'doctor-cloud', cloudCallsInFlight: 20 });
const name = { Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'cloud-mirror' } } };

test('without the setting there is no function and no queue, and no function knows of one', () => {
  const without = templateWith({ cloud: '' });
  without.resourcePropertiesCountIs('AWS::Lambda::Function', name, 0);
  expect(JSON.stringify(without.toJSON())).not.toMatch(/Mirror|MIRROR|CLOUD_TABLE/);
});

test('it is started every minute, is never retried, and its queue starts one for each job; one of them has several calls in flight', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 minute)',
    Targets: [
      Match.objectLike({
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^CloudMirror'), 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 0 },
      }),
    ],
  });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingMirrorQueue'), 'Arn'] },
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: cloudJobNames.length },
  });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { ...name.Environment.Variables, CLOUD_CALLS_IN_FLIGHT: '20' } },
  });
});

test('it reads its own variables; the surface of Doctor and the writer of faults know its queue', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const named = functions.map(({ Properties }) => Properties.Environment.Variables);
  const own = named.find((variables) => variables.POWERTOOLS_SERVICE_NAME === 'cloud-mirror');
  for (const variable of Object.keys(Environment.shape)) expect(own).toHaveProperty(variable);
  const senders = named.filter((variables) => 'MIRROR_QUEUE_URL' in variables);
  expect(senders.map((variables) => variables.POWERTOOLS_SERVICE_NAME).sort()).toEqual([
    ...['cloud-faults', 'cloud-mirror', 'doctor'],
  ]);
});

test('it reads one secret, and touches the rows that registrations and reports need', () => {
  const all = policies(template).get('CloudMirror') ?? [];
  const verbs = all.flatMap(({ action }) => action);
  expect(verbs.filter((verb) => verb.startsWith('secretsmanager:'))).toEqual([
    'secretsmanager:GetSecretValue',
  ]);
  const touched = all.flatMap(({ action, resource }) =>
    action
      .filter((verb) => verb.startsWith('dynamodb:'))
      .flatMap((verb) => resource.map((what) => `${verb.slice(9)} on ${subject(what)}`)),
  );
  expect(
    touched.filter((each) => / on (Cloud|Faults.*|Identity|Alarms|Networks)$/.test(each)).sort(),
  ).toEqual([
    ...['BatchGetItem on Faults', 'DeleteItem on Networks', 'GetItem on Cloud'],
    ...['GetItem on Networks', 'PutItem on Cloud', 'PutItem on Faults', 'PutItem on Networks'],
    ...['Query on Faults/open', 'UpdateItem on Faults'],
  ]);
});
