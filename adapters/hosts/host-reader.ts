/** Reads the table `hosts`, and finds names in its indexes. */

import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { Host } from '../../domain/hosts/host.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import { getAll, type Row } from '../dynamodb.ts';
import { nameBy } from './host-index.ts';
import { spellingKey } from './host-rows.ts';

/** Reads single hosts. */
export const hostReader = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (Key: { readonly host: string }): Promise<Row | undefined> =>
    (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  const rowsOf = async (names: readonly string[]): Promise<Map<string, Host>> => {
    const rows = await getAll(
      client,
      table,
      names.map((host) => ({ host })),
    );
    return new Map(rows.map((row) => [String(row.host), Host.parse(row)]));
  };
  return {
    /**
     * The row of a name in any spelling, tombstones included, read consistently. The registered spelling
     * costs one read, any other spelling three.
     */
    host: async (name: string): Promise<Host | undefined> => {
      const row = await read({ host: name });
      if (row) return Host.parse(row);
      // Rows written before spellings were recorded are found only if their name is in lower case.
      const { spelling = hostKey(name) } = (await read(spellingKey(name))) ?? {};
      const other = spelling === name ? undefined : await read({ host: String(spelling) });
      return other && Host.parse(other);
    },

    /**
     * The hosts of names in any spelling, tombstones included, read consistently, under the names
     * that were given; unknown names are left out. The registered spellings cost a request for each
     * hundred names.
     * @param names no two are the same.
     */
    hostsNamed: async (names: readonly string[]): Promise<ReadonlyMap<string, Host>> => {
      const found = await rowsOf(names);
      const others = names.filter((name) => !found.has(name));
      if (others.length === 0) return found;
      const keys = new Map(others.map((name) => [spellingKey(name).host, spellingKey(name)]));
      const spelt = await getAll(client, table, [...keys.values()]);
      const registered = new Map(spelt.map((row) => [String(row.host), String(row.spelling)]));
      const spellingOf = (name: string) => registered.get(spellingKey(name).host) ?? hostKey(name);
      const spellings = new Set(others.map(spellingOf).filter((name) => !found.has(name)));
      const more = await rowsOf([...spellings].filter((name) => !others.includes(name)));
      const rows = others.flatMap((name): [string, Host][] => {
        const row = found.get(spellingOf(name)) ?? more.get(spellingOf(name));
        return row ? [[name, row]] : [];
      });
      return new Map([...found, ...rows]);
    },
  };
};

/** Finds names of hosts. */
export const hostLookup = (client: DynamoDBDocumentClient, table: string) => ({
  /** The name of the host whose nova-compute service has the id, as the index shows it. */
  hostOfService: (service_id: string): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byService', key: 'service_id', value: service_id }),
  /** The same, by the id of the service before microversion 2.53. */
  hostOfNumber: (service_number: number): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byNumber', key: 'service_number', value: service_number }),
  /** The same, by the id of its hypervisor. */
  hostOfHypervisor: (hypervisor_id: string): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byHypervisor', key: 'hypervisor_id', value: hypervisor_id }),
});
