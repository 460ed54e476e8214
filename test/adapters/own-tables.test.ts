import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand } from '@aws-sdk/client-sns';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb, output, sns } from '../stack/stack.ts';

const database = dynamodb();
let own: OwnThings;
beforeAll(async () => {
  own = await ownThings();
});
afterAll(() => own.cleanup());

const shape = async (TableName: string) => {
  const { Table } = await database.send(new DescribeTableCommand({ TableName }));
  return {
    keys: Table?.KeySchema,
    attributes: Table?.AttributeDefinitions,
    stream: Table?.StreamSpecification,
    indexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => {
      return { IndexName, KeySchema, Projection };
    }),
  };
};

test.each([
  ['HostsTable', 'HOSTS_TABLE'],
  ['RosterTable', 'ROSTER_TABLE'],
  ['FaultsTable', 'FAULTS_TABLE'],
  ['AffectedTable', 'AFFECTED_TABLE'],
  ['InstancesTable', 'INSTANCES_TABLE'],
  ['MigrationsTable', 'MIGRATIONS_TABLE'],
  ['AlarmsTable', 'ALARMS_TABLE'],
  ['HistoryTable', 'HISTORY_TABLE'],
  ['QuotasTable', 'QUOTAS_TABLE'],
  ['IdentityTable', 'IDENTITY_TABLE'],
  ['ValidityTable', 'VALIDITY_TABLE'],
  ['CredentialsTable', 'CREDENTIALS_TABLE'],
  ['AttemptsTable', 'ATTEMPTS_TABLE'],
] as const)('a test’s own table is as the deployed %s', async (deployed, name) => {
  expect(await shape(own.env[name])).toEqual(await shape(output(deployed)));
});

test('a message to a topic of the test arrives at its subscriber', async () => {
  const topic = sns();
  await topic.send(
    new PublishCommand({ TopicArn: own.env.NOTIFICATIONS_TOPIC_ARNS, Message: '{"n":1}' }),
  );
  const received = await own.notifications.receive(1);
  expect(received.map(({ body }) => body)).toEqual([{ n: 1 }]);
  expect(await own.events.receive(0)).toEqual([]);
});

test('a row can be written to a test’s own table', async () => {
  await database.send(new PutCommand({ TableName: own.env.IDENTITY_TABLE, Item: { id: 'x' } }));
});
