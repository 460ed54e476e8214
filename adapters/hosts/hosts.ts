/** The table `hosts`. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Host } from '../../domain/hosts/host.ts';
import { getAll } from '../dynamodb.ts';
import { hostLookup, hostReader } from './host-reader.ts';
import type { HostTables } from './host-rows.ts';
import { hostWriter } from './host-writer.ts';
import { rosterReader } from './roster.ts';

/** Reads and writes hosts. */
export const hostStore = (client: DynamoDBDocumentClient, tables: HostTables) => ({
  ...hostReader(client, tables.hosts),
  ...hostLookup(client, tables.hosts),
  ...rosterReader(client, tables.roster),
  ...hostWriter(client, tables),

  /**
   * The rows of the names, tombstones included, read consistently, in any order; unknown names are
   * left out.
   */
  hosts: async (names: readonly string[]): Promise<Host[]> => {
    const rows = await getAll(
      client,
      tables.hosts,
      names.map((host) => ({ host })),
    );
    return rows.map((row) => Host.parse(row));
  },
});
