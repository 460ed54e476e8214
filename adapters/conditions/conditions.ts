/** The table `conditions`. */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { Condition } from '../../domain/conditions/condition.ts';
import { Holds, noHolders } from '../../domain/conditions/held-target.ts';
import type { ConditionWrite } from '../../flows/write-report.ts';
import { getAll, growingPages, ifUnchanged } from '../dynamodb.ts';
import { transactPatiently } from '../transactions.ts';
import { writtenCondition } from './condition-rows.ts';

/** The most conditions on a page. */
const longest = 100;

/** Where a list is read: the newest first, from sort key `from` to `to`, both included. */
export type ConditionListing = {
  readonly index: keyof typeof keys;
  /** The value of the index's key: a source's name, or a target as `targetKey` writes it. */
  readonly value: string;
  readonly from: string;
  readonly to: string;
};

const keys = {
  byTime: 'live',
  open: 'open',
  bySource: 'source',
  byTarget: 'on_target',
  raised: 'raised_by',
} as const;

const keysOf = (ids: readonly string[]) => ids.map((condition_id) => ({ condition_id }));

/** Reads conditions. */
export const conditionReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The condition, read consistently; undefined if there is none. */
  condition: async (condition_id: string): Promise<Condition | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { condition_id }, ConsistentRead: true }),
    );
    return row && Condition.parse(row);
  },

  /** The conditions, read consistently, in any order; those that are not there are left out. */
  conditions: async (condition_ids: readonly string[]): Promise<Condition[]> =>
    (await getAll(client, table, keysOf(condition_ids))).map((row) => Condition.parse(row)),

  /** The conditions of a list, the newest page first, in any order within a page. */
  conditionPages: async function* (
    { index, value, from, to }: ConditionListing,
    first: number,
  ): AsyncGenerator<Condition[]> {
    const query = {
      TableName: table,
      IndexName: index,
      KeyConditionExpression: '#key = :value AND sort_key BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#key': keys[index] },
      ExpressionAttributeValues: { ':value': value, ':from': from, ':to': to },
      ScanIndexForward: false,
    };
    for await (const page of growingPages(client, query, { first, longest })) {
      const ids = page.map(({ condition_id }) => ({ condition_id: String(condition_id) }));
      yield (await getAll(client, table, ids)).map((row) => Condition.parse(row));
    }
  },
});

/** Every sort key of a list: they begin with a time. */
const everything = { from: '0', to: '~' };

/** Finds what a source has raised. */
export const raisedConditions = (client: DynamoDBDocumentClient, table: string) => ({
  /** The raised conditions of a source, by an index of no others, which may lag. */
  raisedBy: async (source: string): Promise<Condition[]> => {
    const { conditionPages } = conditionReader(client, table);
    const listing = { index: 'raised', value: source, ...everything } as const;
    const found: Condition[] = [];
    for await (const page of conditionPages(listing, longest)) {
      found.push(...page.filter(({ state }) => state === 'raised'));
    }
    return found;
  },
});

/** Who holds ports, servers and the networks beneath hosts: rows beside those of conditions. */
export const holdsStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** The holders of a target, read consistently; empty if there is no row. */
  holds: async (holds_id: string): Promise<Holds> => {
    const Key = { condition_id: holds_id };
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key, ConsistentRead: true }),
    );
    return Item ? Holds.parse({ ...Item, holds_id }) : noHolders(holds_id);
  },

  /** The holders of targets, read consistently, in any order; targets without a row are left out. */
  holdsOf: async (holds_ids: readonly string[]): Promise<Holds[]> => {
    const rows = await getAll(client, table, keysOf(holds_ids));
    return rows.map((row) => Holds.parse({ ...row, holds_id: row.condition_id }));
  },

  /** Writes condition and holders in one transaction; false if another writer was faster. */
  saveHolds: ({ holds_id, ...holds }: Holds, condition: ConditionWrite): Promise<boolean> =>
    transactPatiently(client, [
      {
        Put: {
          TableName: table,
          Item: { condition_id: holds_id, ...holds },
          ConditionExpression: 'attribute_not_exists(condition_id) OR version = :before',
          ExpressionAttributeValues: { ':before': holds.version - 1 },
        },
      },
      { Put: writtenCondition(table, condition) },
    ]),

  /** Records that a revision is applied; false if the target is held otherwise since. */
  markApplied: ({ holds_id, revision }: Holds): Promise<boolean> =>
    ifUnchanged(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { condition_id: holds_id },
          UpdateExpression: 'SET applied = :revision',
          ConditionExpression: 'revision = :revision',
          ExpressionAttributeValues: { ':revision': revision },
        }),
      ),
    ),
});

/** Writes conditions that change nothing but themselves. */
export const conditionStore = (client: DynamoDBDocumentClient, table: string) => ({
  ...conditionReader(client, table),

  /** False, and nothing written, if another writer was faster. */
  saveCondition: (change: ConditionWrite): Promise<boolean> =>
    ifUnchanged(client.send(new PutCommand(writtenCondition(table, change)))),
});
