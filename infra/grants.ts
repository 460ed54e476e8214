import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

type Action = `${'dynamodb' | 'sqs' | 'sns' | 'secretsmanager'}:${string}`;
type Grantee = IGrantable & IConstruct;

/**
 * AWS asks for the single action where a batch is sent; MiniStack for one of the call's own name,
 * and it finds no table in a list of PartiQL statements, nor the topic of a subscription. So a grant
 * of PartiQL that is missing on a table shows on AWS alone: `test/infra/service.test.ts` holds it.
 */
const emulatorAlsoAsks = new Map<Action, { action: Action; resource?: '*' }>([
  ['sqs:SendMessage', { action: 'sqs:SendMessageBatch' }],
  ['sns:Publish', { action: 'sns:PublishBatch' }],
  ['sns:GetSubscriptionAttributes', { action: 'sns:GetSubscriptionAttributes', resource: '*' }],
  ['sns:Unsubscribe', { action: 'sns:Unsubscribe', resource: '*' }],
  ['dynamodb:PartiQLUpdate', { action: 'dynamodb:BatchExecuteStatement', resource: '*' }],
]);

const emulated = 'doctor:emulated';

/** Lets what is granted below a construct be asked for in the emulator's words as well. */
export const grantForEmulator = (scope: IConstruct): void => scope.node.setContext(emulated, true);

function allow(grantee: Grantee, actions: readonly Action[], arn: string): Grant {
  const granted = Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [arn] });
  if (!grantee.node.tryGetContext(emulated)) return granted;
  return actions.reduce((grant, asked) => {
    const also = emulatorAlsoAsks.get(asked);
    if (!also) return grant;
    const { action, resource = arn } = also;
    const more = Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [resource] });
    return grant.combine(more);
  }, granted);
}

type RowAction =
  | 'BatchGetItem'
  | 'ConditionCheckItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PartiQLUpdate'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

/** What a function may do with the rows of a table; `Query` reads one partition. Never a scan. */
export const allowRows = (grantee: Grantee, table: ITable, ...actions: RowAction[]): Grant =>
  allow(
    grantee,
    actions.map((action): Action => `dynamodb:${action}`),
    table.tableArn,
  );

/** Which indexes of a table a function may query. */
export const allowIndexes = (grantee: Grantee, table: ITable, ...names: string[]): Grant[] =>
  names.map((name) => allow(grantee, ['dynamodb:Query'], `${table.tableArn}/index/${name}`));

export const allowSend = (grantee: Grantee, { queueArn }: { queueArn: string }): Grant =>
  allow(grantee, ['sqs:SendMessage'], queueArn);

export const allowPublish = (grantee: Grantee, { topicArn }: { topicArn: string }): Grant =>
  allow(grantee, ['sns:Publish'], topicArn);

/**
 * Lets a function subscribe endpoints to the topic, and look at and end what is subscribed to it. SNS
 * asks for these of the topic, as its refusals say, whatever the reference of actions tells.
 */
export const allowSubscribe = (grantee: Grantee, { topicArn }: { topicArn: string }): Grant =>
  allow(grantee, ['sns:Subscribe', 'sns:GetSubscriptionAttributes', 'sns:Unsubscribe'], topicArn);

export const allowSecret = (grantee: Grantee, { secretArn }: { secretArn: string }): Grant =>
  allow(grantee, ['secretsmanager:GetSecretValue'], secretArn);
