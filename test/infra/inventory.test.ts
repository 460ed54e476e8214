/** The inventory by events: it exists with its setting only. */
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { Environment } from '../../functions/inventory/connect.ts';
import { DoctorStack } from '../../infra/service.ts';
import { policies, subject } from './template.ts';

const templateWith = (inventoryFromEvents: boolean) => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  const settings = { inventoryFromEvents };
  return Template.fromStack(new DoctorStack(app, 'Doctor', { target: 'aws', settings }));
};
const template = templateWith(true);
const name = { Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'inventory' } } };

test('without the setting there is no function and no queue, and no other function has a variable for it', () => {
  const without = templateWith(false);
  without.resourcePropertiesCountIs('AWS::Lambda::Function', name, 0);
  expect(JSON.stringify(without.toJSON())).not.toMatch(/Inventory|INVENTORY/);
});

test('the functions that take events from outside send to its queue, and it reads from it', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const named = functions.map(({ Properties }) => Properties.Environment.Variables);
  const senders = named.filter((variables) => 'INVENTORY_QUEUE_URL' in variables);
  expect(senders.map((variables) => variables.POWERTOOLS_SERVICE_NAME).sort()).toEqual([
    ...['doctor', 'report-receiver'],
  ]);
  const own = named.find((variables) => variables.POWERTOOLS_SERVICE_NAME === 'inventory');
  for (const variable of Object.keys(Environment.shape)) expect(own).toHaveProperty(variable);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MessagingInventoryQueue'), 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('it may read and write hosts, servers and their moves, ports with their addresses, and no other rows', () => {
  const touched = (policies(template).get('Inventory') ?? []).flatMap(({ action, resource }) =>
    action
      .filter((verb) => verb.startsWith('dynamodb:'))
      .flatMap((verb) => resource.map((what) => `${verb.slice(9)} on ${subject(what)}`)),
  );
  expect(touched.sort()).toEqual([
    ...['BatchGetItem on Ports', 'ConditionCheckItem on Ports'],
    ...['DeleteItem on Networks', 'DeleteItem on Roster', 'GetItem on Conditions'],
    ...['GetItem on Hosts', 'GetItem on Instances', 'GetItem on Migrations'],
    ...['GetItem on Networks', 'GetItem on Ports', 'PutItem on Hosts'],
    ...['PutItem on Instances', 'PutItem on Migrations', 'PutItem on Networks'],
    ...['PutItem on Ports', 'PutItem on Roster'],
    ...['UpdateItem on Hosts', 'UpdateItem on Migrations', 'UpdateItem on Roster'],
  ]);
});
