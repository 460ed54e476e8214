import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

type Action = `${'dynamodb' | 'sqs' | 'sns' | 'secretsmanager' | 'aps' | 'lambda'}:${string}`;
export type Grantee = IGrantable & IConstruct;

/**
 * For a batch, AWS requires the permission of the single action; MiniStack requires one with the name
 * of the batch call. MiniStack does not find the table of PartiQL statements, nor the topic of a
 * subscription. A missing grant of PartiQL on a table fails on AWS only, so
 * `test/infra/permissions.test.ts` checks those grants.
 */
const emulatorAlsoRequires = new Map<Action, { action: Action; resource?: '*' }>([
  ['sqs:SendMessage', { action: 'sqs:SendMessageBatch' }],
  ['sqs:DeleteMessage', { action: 'sqs:DeleteMessageBatch' }],
  ['sqs:ChangeMessageVisibility', { action: 'sqs:ChangeMessageVisibilityBatch' }],
  ['sns:Publish', { action: 'sns:PublishBatch' }],
  ['sns:GetSubscriptionAttributes', { action: 'sns:GetSubscriptionAttributes', resource: '*' }],
  ['sns:Unsubscribe', { action: 'sns:Unsubscribe', resource: '*' }],
  ['dynamodb:PartiQLDelete', { action: 'dynamodb:BatchExecuteStatement', resource: '*' }],
  ['dynamodb:PartiQLInsert', { action: 'dynamodb:BatchExecuteStatement', resource: '*' }],
  ['dynamodb:PartiQLUpdate', { action: 'dynamodb:BatchExecuteStatement', resource: '*' }],
]);

const emulated = 'doctor:emulated';

/** Makes all grants below a construct include the actions that the emulator requires. */
export const grantForEmulator = (scope: IConstruct): void => scope.node.setContext(emulated, true);

/** Grants actions on a resource. */
export const allow = (grantee: Grantee, actions: readonly Action[], arn: string): Grant =>
  allowOnAll(grantee, actions, [arn]);

/** Grants actions on several resources, in one statement: a policy takes 10 kB. */
export function allowOnAll(
  grantee: Grantee,
  actions: readonly Action[],
  arns: readonly string[],
): Grant {
  const granted = Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [...arns] });
  if (!grantee.node.tryGetContext(emulated)) return granted;
  return actions.reduce((grant, granting) => {
    const also = emulatorAlsoRequires.get(granting);
    if (!also) return grant;
    const { action, resource } = also;
    const resourceArns = resource === undefined ? [...arns] : [resource];
    const more = Grant.addToPrincipal({ grantee, actions: [action], resourceArns });
    return grant.combine(more);
  }, granted);
}

type RowAction =
  | 'BatchGetItem'
  | 'ConditionCheckItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PartiQLDelete'
  | 'PartiQLInsert'
  | 'PartiQLUpdate'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

/** Grants actions on the rows of a table. `Query` reads one partition. `Scan` cannot be granted. */
export const allowRows = (grantee: Grantee, table: ITable, ...actions: RowAction[]): Grant =>
  allow(
    grantee,
    actions.map((action): Action => `dynamodb:${action}`),
    table.tableArn,
  );

/** Grants queries of some indexes of a table. */
export const allowIndexes = (grantee: Grantee, table: ITable, ...names: string[]): Grant[] =>
  names.map((name) => allow(grantee, ['dynamodb:Query'], `${table.tableArn}/index/${name}`));

/** Grants sending messages to a queue. */
export const allowSend = (grantee: Grantee, { queueArn }: { queueArn: string }): Grant =>
  allow(grantee, ['sqs:SendMessage'], queueArn);

/** Grants calling functions. */
export const allowInvoke = (
  grantee: Grantee,
  functions: readonly { readonly functionArn: string }[],
): Grant =>
  allowOnAll(
    grantee,
    ['lambda:InvokeFunction'],
    functions.map(({ functionArn }) => functionArn),
  );

/** Grants publishing to a topic. */
export const allowPublish = (grantee: Grantee, { topicArn }: { topicArn: string }): Grant =>
  allow(grantee, ['sns:Publish'], topicArn);

/** Grants reading how many subscribers a topic has. */
export const allowCountingSubscribers = (
  grantee: Grantee,
  { topicArn }: { topicArn: string },
): Grant => allow(grantee, ['sns:GetTopicAttributes'], topicArn);

/**
 * Grants subscribing endpoints to a topic, and reading and deleting its subscriptions. SNS checks all
 * three actions on the topic, as its refusals show; the reference of actions says otherwise.
 */
export const allowSubscribe = (grantee: Grantee, { topicArn }: { topicArn: string }): Grant =>
  allow(grantee, ['sns:Subscribe', 'sns:GetSubscriptionAttributes', 'sns:Unsubscribe'], topicArn);

/** Grants reading a secret. */
export const allowSecret = (grantee: Grantee, { secretArn }: { secretArn: string }): Grant =>
  allow(grantee, ['secretsmanager:GetSecretValue'], secretArn);

/** Grants queries of a workspace of Amazon Managed Service for Prometheus. */
export const allowQueries = (grantee: Grantee, workspaceArn: string): Grant =>
  allow(grantee, ['aps:QueryMetrics'], workspaceArn);
