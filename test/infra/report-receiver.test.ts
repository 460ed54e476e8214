/** How reports arrive from the AWS account: the rule for CloudWatch's alarms, and who may send. */
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

const reportQueue = { 'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingReportQueue'), 'Arn'] };

/** The statements of the policy of the queue. */
function statementsOf(of: Template): { Effect: string }[] {
  const policies = Object.values(of.findResources('AWS::SQS::QueuePolicy'));
  const [policy] = policies.filter(({ Properties }) =>
    /MessagingReportQueue/.test(JSON.stringify(Properties.Queues)),
  );
  return policy?.Properties.PolicyDocument.Statement;
}
const allowed = (of: Template) => statementsOf(of).filter(({ Effect }) => Effect === 'Allow');

const ruleFor = (prefix: string) => ({
  EventPattern: {
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: { alarmName: [{ prefix }] },
  },
  State: 'ENABLED',
});

test('alarms whose names begin with the prefix reach the queue, and those that EventBridge cannot deliver the dead letters', () => {
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

const topic = 'arn:aws:sns:eu-west-1:123456789012:host-alarms';

test('the queue subscribes to the topics of the setting, and no other topic may send', () => {
  template.resourcePropertiesCountIs(
    'AWS::SNS::Subscription',
    { Endpoint: reportQueue, TopicArn: Match.anyValue() },
    0,
  );
  const subscribed = templateWith({ cloudWatchTopicArns: [topic] });
  subscribed.hasResourceProperties('AWS::SNS::Subscription', {
    Endpoint: reportQueue,
    Protocol: 'sqs',
    TopicArn: topic,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } },
  });
  expect(allowed(subscribed)).toMatchObject([
    { Principal: { Service: 'events.amazonaws.com' } },
    {
      Principal: { Service: 'sns.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': topic } },
    },
  ]);
});

test('only the rule and principals of the account may send to the queue', () => {
  expect(allowed(template)).toMatchObject([
    {
      Principal: { Service: 'events.amazonaws.com' },
      Condition: {
        ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/Alarms/), 'Arn'] } },
      },
    },
  ]);
  const denied = statementsOf(template).filter(({ Effect }) => Effect === 'Deny');
  expect(denied).toMatchObject([
    { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    {
      Condition: {
        StringNotEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } },
        Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
    },
  ]);
});
