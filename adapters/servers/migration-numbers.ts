/** Numbers of the records in the table `migrations`. */

import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { departuresOf } from './departures.ts';

/** The row with the last number of a record; no host can have this name. */
const counter = departuresOf('#migration-number');

/** Gives records their numbers. */
export const migrationNumbers = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** A number that no record had before: the id of a record before microversion 2.59. */
  nextMigrationNumber: async (): Promise<number> => {
    const { Attributes: row } = await client.send(
      new UpdateCommand({
        TableName,
        Key: counter,
        UpdateExpression: 'ADD last_number :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(row?.last_number);
  },
});
