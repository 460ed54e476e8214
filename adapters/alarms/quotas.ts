/**
 * The table `quotas`: for each project and each user how many alarms there are, and for a project the
 * limit that an administrator has set. Counts change in the transactions that file and delete alarms.
 */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { projectOwner, unlimited } from '../../domain/alarms/quota.ts';
import { type Action, transactGroups } from '../transactions.ts';

const Row = z.object({ alarm_limit: z.int().min(unlimited).optional() });

export const quotaStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** The limit that was set for a project; undefined if none was. */
  limitOf: async (project_id: string): Promise<number | undefined> => {
    const { Item: row = {} } = await client.send(
      new GetCommand({
        TableName: table,
        Key: { owner: projectOwner(project_id) },
        ConsistentRead: true,
      }),
    );
    return Row.parse(row).alarm_limit;
  },

  /** A transaction, for it is tried again where alarms are filed at the same moment. */
  setLimit: async (project_id: string, limit: number): Promise<void> => {
    const Update = {
      TableName: table,
      Key: { owner: projectOwner(project_id) },
      UpdateExpression: 'SET alarm_limit = :limit',
      ExpressionAttributeValues: { ':limit': limit },
    };
    await transactGroups(client, [[{ Update }]]);
  },

  /** The project's limit is the operator's default again. */
  clearLimit: async (project_id: string): Promise<void> => {
    const Update = {
      TableName: table,
      Key: { owner: projectOwner(project_id) },
      UpdateExpression: 'REMOVE alarm_limit',
      // Else a row would be left of a project that has none.
      ConditionExpression: 'attribute_exists(#owner)',
      ExpressionAttributeNames: { '#owner': 'owner' },
    };
    await transactGroups(client, [[{ Update }]]);
  },
});

/** One alarm more or fewer of an owner, within whatever limit. */
export const counted = (table: string, owner: string, by: 1 | -1): Action => ({
  Update: {
    TableName: table,
    Key: { owner },
    UpdateExpression: 'ADD alarms :by',
    ExpressionAttributeValues: { ':by': by },
  },
});

/**
 * One alarm more of an owner, on condition that it is within the limit of the owner's row, or else
 * within `otherwise`. The row need not be there.
 */
export function countedWithin(table: string, owner: string, otherwise: number): Action {
  const set =
    '(alarm_limit = :unlimited OR alarms < alarm_limit OR (attribute_not_exists(alarms) AND alarm_limit > :zero))';
  const unset = 'attribute_not_exists(alarm_limit)';
  const room = '(attribute_not_exists(alarms) OR alarms < :otherwise)';
  const byDefault = otherwise === 0 ? [] : otherwise < 0 ? [unset] : [`(${unset} AND ${room})`];
  return {
    Update: {
      TableName: table,
      Key: { owner },
      UpdateExpression: 'ADD alarms :by',
      ConditionExpression: [set, ...byDefault].join(' OR '),
      ExpressionAttributeValues: {
        ':by': 1,
        ':unlimited': unlimited,
        ':zero': 0,
        ...(otherwise > 0 && { ':otherwise': otherwise }),
      },
    },
  };
}
