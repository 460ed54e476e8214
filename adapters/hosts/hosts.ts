/** The table `hosts`. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Host } from '../../domain/hosts/host.ts';
import { getAll } from '../dynamodb.ts';
import { hostNames } from './host-index.ts';
import { hostLookup, hostReader } from './host-reader.ts';
import { hostWriter } from './host-writer.ts';

/** Reads and writes hosts. */
export const hostStore = (client: DynamoDBDocumentClient, table: string) => ({
  ...hostReader(client, table),
  ...hostLookup(client, table),
  ...hostWriter(client, table),

  /**
   * The rows of the names, tombstones included, read consistently, in any order; unknown names are
   * left out.
   */
  hosts: async (names: readonly string[]): Promise<Host[]> => {
    const rows = await getAll(
      client,
      table,
      names.map((host) => ({ host })),
    );
    return rows.map((row) => Host.parse(row));
  },

  /** Every registered host, by name. */
  allHosts: async (): Promise<Host[]> => {
    const names = await hostNames(client, table);
    const rows = await getAll(
      client,
      table,
      names.map((host) => ({ host })),
    );
    const hosts = rows.map((row) => Host.parse(row)).filter((host) => !host.deleted);
    return hosts.sort((a, b) => (a.host < b.host ? -1 : 1));
  },
});
