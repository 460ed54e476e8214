/** The table `sources`: what operators set for the sources of conditions. */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Source, SourceRow, sourceOf } from '../../domain/conditions/source.ts';
import { getAll, queryPages } from '../dynamodb.ts';

/** Reads the settings of sources. */
export const sourceReader = (client: DynamoDBDocumentClient, table: string) => {
  /** The row of a source, read consistently; undefined if no operator has set it. */
  const sourceRow = async (name: string): Promise<SourceRow | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { name }, ConsistentRead: true }),
    );
    return row && SourceRow.parse(row);
  };
  return {
    sourceRow,
    /** A source with its settings; with the default ones if no operator has set it. */
    source: async (name: string): Promise<Source> => sourceOf(name, await sourceRow(name)),
    /** The rows of the names, in any order; sources that no operator has set are left out. */
    sourceRows: async (names: readonly string[]): Promise<SourceRow[]> => {
      const rows = await getAll(
        client,
        table,
        [...new Set(names)].map((name) => ({ name })),
      );
      return rows.map((row) => SourceRow.parse(row));
    },
  };
};

/** Reads and writes the settings of sources. */
export const sourceStore = (client: DynamoDBDocumentClient, table: string) => ({
  ...sourceReader(client, table),

  /** Names of the sources that have settings, in order, after a name, as the index shows them. */
  sourceNames: async (after: string | undefined, most: number): Promise<string[]> => {
    const query = {
      TableName: table,
      IndexName: 'listing',
      KeyConditionExpression: `listing = :all${after === undefined ? '' : ' AND #name > :after'}`,
      ExpressionAttributeValues: {
        ':all': 'source',
        ...(after !== undefined && { ':after': after }),
      },
      ...(after !== undefined && { ExpressionAttributeNames: { '#name': 'name' } }),
      Limit: most,
    };
    for await (const page of queryPages(client, query)) return page.map(({ name }) => String(name));
    return [];
  },

  /** Replaces the settings of a source. */
  saveSource: async (row: SourceRow): Promise<void> => {
    await client.send(new PutCommand({ TableName: table, Item: { ...row, listing: 'source' } }));
  },

  /** Deletes the settings of a source; false if it had none. */
  deleteSource: async (name: string): Promise<boolean> => {
    const { Attributes } = await client.send(
      new DeleteCommand({ TableName: table, Key: { name }, ReturnValues: 'ALL_OLD' }),
    );
    return Attributes !== undefined;
  },
});
