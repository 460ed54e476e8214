/** The tables, queues and topics of one test, as a CloudFormation stack: two requests, not a hundred. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { once } from 'es-toolkit';
import * as z from 'zod';
import { clientConfig } from './stack.ts';
import { readDefinitions } from './table-definitions.ts';

/** The tables by the outputs that name the deployed ones, whose definitions they get. */
const tables = [
  ...['HostsTable', 'RosterTable', 'FaultsTable', 'AffectedTable', 'InstancesTable'],
  ...['MigrationsTable', 'PortsTable', 'NetworksTable', 'AlarmsTable', 'HistoryTable'],
  ...['QuotasTable', 'IdentityTable', 'ValidityTable', 'CredentialsTable', 'AttemptsTable'],
  ...['SubscriptionsTable', 'SilencesTable', 'PlacesTable', 'ActivityTable', 'ConditionsTable'],
  ...['SourcesTable', 'UnmatchedTable', 'ReceivedTable', 'CloudTable', 'TimersTable'],
] as const;

const queues = [
  ...['EventQueue', 'ChangeQueue', 'UrgentQueue', 'BulkQueue', 'WideQueue', 'TimeoutQueue'],
  ...['EventDlq', 'BulkDlq', 'FaultQueue', 'ReportQueue', 'ReportDlq', 'TickQueue'],
  ...['WebhookQueue', 'WebhookRetryQueue', 'WebhookDlq', 'PeriodicQueue', 'PeriodicSlowQueue'],
  ...['MirrorQueue', 'CloudQueue', 'MoveQueue', 'CloudDlq'],
] as const;

/** Each topic has a subscriber, a queue such as `NotificationsSubscriber`. */
const topics = ['Notifications', 'Events', 'Groups'] as const;

type Topic = (typeof topics)[number];

/** The names of all that is made. */
const names = [
  ...tables,
  ...queues,
  ...['NotificationsTopic', 'EventsTopic', 'GroupsTopic'],
  ...['NotificationsSubscriber', 'EventsSubscriber', 'GroupsSubscriber'],
] as const;

/** What CloudFormation calls them: the names of tables, the URLs of queues, the ARNs of topics. */
const Made = z.record(z.enum(names), z.string());
type Made = z.infer<typeof Made>;

const to = (name: string) => ({ Ref: name });
const arnOf = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });
const queue = (Properties = {}) => ({ Type: 'AWS::SQS::Queue', Properties });

/** A topic, and a queue to which it sends all messages as they were published. */
const topicAndSubscriber = (name: Topic) => {
  const [topic, subscriber] = [`${name}Topic`, `${name}Subscriber`];
  const mayPublish = {
    ...{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf(subscriber) },
    Principal: { Service: 'sns.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': to(topic) } },
  };
  return {
    [topic]: { Type: 'AWS::SNS::Topic' },
    [subscriber]: queue(),
    [`${subscriber}Policy`]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [to(subscriber)],
        PolicyDocument: { Version: '2012-10-17', Statement: [mayPublish] },
      },
    },
    [`${name}Subscription`]: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        ...{ TopicArn: to(topic), Protocol: 'sqs', Endpoint: arnOf(subscriber) },
        RawMessageDelivery: true,
      },
    },
  };
};

/** The template, in which every name is an output. */
const templateBody = once((): string => {
  const definitionOf = readDefinitions();
  const Resources = {
    ...Object.fromEntries(
      tables.map((name) => [
        name,
        { Type: 'AWS::DynamoDB::Table', Properties: definitionOf(name) },
      ]),
    ),
    ...Object.fromEntries(queues.map((name) => [name, queue({ VisibilityTimeout: 30 })])),
    ...Object.assign({}, ...topics.map(topicAndSubscriber)),
  };
  const Outputs = Object.fromEntries(names.map((name) => [name, { Value: to(name) }]));
  return JSON.stringify({ Resources, Outputs });
});

/**
 * Creates the stack.
 * @returns what was made, and `remove`, which deletes it.
 */
export async function ownStack(): Promise<{
  readonly made: Made;
  readonly remove: () => Promise<void>;
}> {
  const client = new CloudFormationClient(clientConfig());
  const { StackId: StackName } = await client.send(
    new CreateStackCommand({ StackName: `own-${randomUUID()}`, TemplateBody: templateBody() }),
  );
  const remove = async () => {
    await client.send(new DeleteStackCommand({ StackName }));
    client.destroy();
  };
  for (;;) {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const { StackStatus: status, StackStatusReason: why, Outputs = [] } = stack ?? {};
    if (status === 'CREATE_COMPLETE') {
      const outputs = Outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]);
      return { made: Made.parse(Object.fromEntries(outputs)), remove };
    }
    if (status !== 'CREATE_IN_PROGRESS') throw new Error(`no stack for the test: ${status} ${why}`);
    await sleep(50);
  }
}
