/** How reports come in from the AWS account: the rule for CloudWatch's alarms, and who may send. */
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { DoctorStack } from '../../infra/service.ts';
import type { ServiceSettings } from '../../infra/settings.ts';

const templateWith = (settings: Partial<ServiceSettings> = {}) => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  return Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
};
const template = templateWith();

const ruleFor = (prefix: string) => ({
  EventPattern: {
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: { alarmName: [{ prefix }] },
  },
  State: 'ENABLED',
});

test('alarms whose names begin with the prefix reach the queue, and what EventBridge cannot deliver its dead letters', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ...ruleFor('doctor'),
    Targets: [
      Match.objectLike({
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingReportQueue'), 'Arn'] },
        DeadLetterConfig: {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingReportDeadLetters'), 'Arn'] },
        },
      }),
    ],
  });
});

test('the prefix is a setting, and an empty one makes no rule', () => {
  templateWith({ cloudWatchAlarmPrefix: 'ops-' }).hasResourceProperties(
    'AWS::Events::Rule',
    ruleFor('ops-'),
  );
  const without = templateWith({ cloudWatchAlarmPrefix: '' });
  without.resourcePropertiesCountIs('AWS::Events::Rule', { EventPattern: Match.anyValue() }, 0);
});

test('only the rule and principals of the account may send to the queue', () => {
  const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
  const [policy] = policies.filter(({ Properties }) =>
    /MessagingReportQueue/.test(JSON.stringify(Properties.Queues)),
  );
  const statements: { Effect: string }[] = policy?.Properties.PolicyDocument.Statement;
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toMatchObject([
    {
      Principal: { Service: 'events.amazonaws.com' },
      Condition: {
        ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/Alarms/), 'Arn'] } },
      },
    },
  ]);
  expect(statements.filter(({ Effect }) => Effect === 'Deny')).toMatchObject([
    { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    {
      Condition: {
        StringNotEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } },
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
    },
  ]);
});
