import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';

type Action = `${'dynamodb' | 'sqs' | 'sns' | 'secretsmanager'}:${string}`;

const allow = (grantee: IGrantable, actions: readonly Action[], resource: string): Grant =>
  Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [resource] });

type RowAction =
  | 'BatchGetItem'
  | 'ConditionCheckItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PartiQLUpdate'
  | 'PutItem'
  | 'UpdateItem';

/** What a function may do with the rows of a table. Never to its indexes, never a scan. */
export const allowRows = (grantee: IGrantable, table: ITable, ...actions: RowAction[]): Grant =>
  allow(
    grantee,
    actions.map((action): Action => `dynamodb:${action}`),
    table.tableArn,
  );

/** Which indexes of a table a function may query. */
export const allowIndexes = (grantee: IGrantable, table: ITable, ...names: string[]): Grant[] =>
  names.map((name) => allow(grantee, ['dynamodb:Query'], `${table.tableArn}/index/${name}`));

/** Which tables a function may query by their own key. */
export const allowQuery = (grantee: IGrantable, table: ITable): Grant =>
  allow(grantee, ['dynamodb:Query'], table.tableArn);

export const allowSend = (grantee: IGrantable, { queueArn }: { queueArn: string }): Grant =>
  allow(grantee, ['sqs:SendMessage'], queueArn);

export const allowPublish = (grantee: IGrantable, { topicArn }: { topicArn: string }): Grant =>
  allow(grantee, ['sns:Publish'], topicArn);

export const allowSecret = (grantee: IGrantable, { secretArn }: { secretArn: string }): Grant =>
  allow(grantee, ['secretsmanager:GetSecretValue'], secretArn);
