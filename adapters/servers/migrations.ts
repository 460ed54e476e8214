/**
 * The table `migrations`: a copy of each evacuation's record, by its source, and one row for each source
 * that counts its departures. The writer of an instance writes its copy in the same transaction
 * (`migrationWrites`).
 */

import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { Migration, type MigrationIndex, placeOfRecord } from '../../domain/servers/evacuation.ts';
import { getAll, type Key, queryPages, type Row } from '../dynamodb.ts';
import { migrationNumbers } from './migration-numbers.ts';

const pageSize = 100;

const keys: Record<MigrationIndex, { readonly index?: string; readonly name: string }> = {
  source: { name: 'source' },
  instance: { index: 'byInstance', name: 'instance_uuid' },
  target: { index: 'byTarget', name: 'to_host' },
  status: { index: 'byStatus', name: 'status' },
  all: { index: 'byTime', name: 'live' },
};

/** Reads records, and gives them numbers. */
export const migrationStore = (client: DynamoDBDocumentClient, TableName: string) => {
  const read = async (rows: readonly Row[]): Promise<Migration[]> => {
    const found = await getAll(client, TableName, rows.map(keyOf));
    return found
      .map((row) => Migration.parse(row))
      .sort((a, b) => (placeOfRecord(a) < placeOfRecord(b) ? 1 : -1));
  };

  return {
    ...migrationNumbers(client, TableName),

    /** The record of a uuid, as the index shows it; undefined if there is none. */
    migration: async (uuid: string): Promise<Migration | undefined> => {
      const query = {
        TableName,
        IndexName: 'byUuid',
        KeyConditionExpression: '#uuid = :uuid',
        ExpressionAttributeNames: { '#uuid': 'uuid' },
        ExpressionAttributeValues: { ':uuid': uuid },
      };
      for await (const page of queryPages(client, query)) {
        if (page.length > 0) return (await read(page.slice(0, 1)))[0];
      }
      return undefined;
    },

    /**
     * Records of a list, newest first, a page at a time, whose sort keys (`placeOfRecord`) are not after
     * `to`.
     */
    migrations: async function* (
      by: MigrationIndex,
      value: string,
      to: string,
    ): AsyncGenerator<Migration[]> {
      const { index, name } = keys[by];
      const query: QueryCommandInput = {
        TableName,
        IndexName: index,
        KeyConditionExpression: '#key = :value AND #record BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#key': name, '#record': 'record' },
        ExpressionAttributeValues: { ':value': value, ':from': '0', ':to': to },
        ScanIndexForward: false,
        Limit: pageSize,
      };
      for await (const page of queryPages(client, query)) yield read(page);
    },
  };
};

const keyOf = ({ source, record }: Row): Key => ({
  source: String(source),
  record: String(record),
});
