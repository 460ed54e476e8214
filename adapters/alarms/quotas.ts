/**
 * The table `quotas`: the number of alarms of each project and each user, and the limit of a
 * project if an administrator has set one. The transactions that create and delete alarms change
 * the numbers.
 */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { AlarmCounts } from '../../domain/alarms/lookup-plan.ts';
import { mayHaveLimit, unlimited } from '../../domain/alarms/quota.ts';
import { projectOwner, sharedOwner, wideOwner } from '../../domain/alarms/quota-row.ts';
import { getAll } from '../dynamodb.ts';
import { type Action, transactGroups } from '../transactions.ts';

const QuotaRow = z.object({ alarm_limit: z.int().min(unlimited).optional() });

/** The store of limits. */
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
    return QuotaRow.parse(row).alarm_limit;
  },

  /**
   * Sets the limit of a project. It is a transaction, so that it is retried if alarms are created
   * at the same moment.
   */
  setLimit: async (project_id: string, limit: number): Promise<void> => {
    const Update = {
      TableName: table,
      Key: { owner: projectOwner(project_id) },
      UpdateExpression: 'SET alarm_limit = :limit',
      ExpressionAttributeValues: { ':limit': limit },
    };
    await transactGroups(client, [[{ Update }]]);
  },

  /** Removes the limit of a project: the operator's default holds again. */
  clearLimit: async (project_id: string): Promise<void> => {
    const Update = {
      TableName: table,
      Key: { owner: projectOwner(project_id) },
      UpdateExpression: 'REMOVE alarm_limit',
      // Otherwise the update would create a row for a project without one.
      ConditionExpression: 'attribute_exists(#owner)',
      ExpressionAttributeNames: { '#owner': 'owner' },
    };
    await transactGroups(client, [[{ Update }]]);
  },
});

const CountRow = z.object({
  owner: z.string(),
  alarms: z.number().optional(),
  /** The ids of the silences that have not ended; absent without any. */
  silences: z.set(z.string()).optional(),
  /** The ids of the subscriptions that want groups; absent without any. */
  grouped: z.set(z.string()).optional(),
});

/** Counts the alarms of projects. */
export const alarmCounter = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * How many alarms each project has, which silences, and whether it has subscriptions that want groups, in
   * one consistent read for 49 projects.
   * Projects without a count have 0; so have ids that are too long for an alarm's project.
   */
  alarmCounts: async (project_ids: readonly string[]): Promise<Map<string, AlarmCounts>> => {
    const projects = project_ids.filter(mayHaveLimit);
    const owners = projects.flatMap((id) => [projectOwner(id), wideOwner(id)]);
    if (owners.length === 0) return new Map();
    const rows = await getAll(
      client,
      table,
      [...owners, sharedOwner('')].map((owner) => ({ owner })),
    );
    const read = rows.map((row) => CountRow.parse(row));
    const silences = new Map(read.map((row) => [row.owner, [...(row.silences ?? [])]]));
    const ofAll = silences.get(sharedOwner('')) ?? [];
    const grouped = new Set(read.flatMap((row) => (row.grouped?.size ? [row.owner] : [])));
    const counts = new Map(read.map(({ owner, alarms = 0 }) => [owner, alarms]));
    const of = (owner: string): number => counts.get(owner) ?? 0;
    return new Map(
      projects.map((id) => {
        const all = of(projectOwner(id));
        const its = [...(silences.get(projectOwner(id)) ?? []), ...ofAll];
        const isGrouped = grouped.has(projectOwner(id)) || grouped.has(sharedOwner(''));
        return [
          id,
          {
            all,
            wide: of(wideOwner(id)),
            ...(its.length > 0 && { silences: its }),
            ...(isGrouped && { grouped: true as const }),
          },
        ];
      }),
    );
  },
});

/** Adds one to the number of an owner's alarms, or subtracts one. It does not check the limit. */
export const counted = (table: string, owner: string, by: 1 | -1): Action => ({
  Update: {
    TableName: table,
    Key: { owner },
    UpdateExpression: 'ADD alarms :by',
    ExpressionAttributeValues: { ':by': by },
  },
});

/**
 * Adds one to the number of an owner's alarms, on condition that it stays within the limit. The
 * limit is that of the owner's row; if none is set or there is no row, it is `otherwise`.
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
