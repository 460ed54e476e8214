/** Reads the table `faults`. `hosts.ts` and `ports/data-planes.ts` write it (`fault-rows.ts`). */
import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { Fault } from '../../domain/hosts/fault.ts';
import { getAll, growingPages, type Key, queryPages, type Row } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

/** How many ids are looked up at once. */
const lookups = 8;
/** The most faults on a page. */
const longest = 100;

const keyOf = ({ host, number }: Row): Key => ({ host: String(host), number: Number(number) });

/** Limits of a list: sort keys of `placeOfFault`, both included; `from` is not after `to`. */
type Between = { readonly from: string; readonly to: string };

/** Reads faults by id, and in lists with the newest first. */
export const faultStore = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (keys: readonly Key[]): Promise<Fault[]> =>
    (await getAll(client, table, keys)).map((row) => Fault.parse(row));

  async function* pages(
    query: Omit<QueryCommandInput, 'TableName'>,
    first: number,
  ): AsyncGenerator<Fault[]> {
    const newestFirst = { TableName: table, ScanIndexForward: false, ...query };
    for await (const page of growingPages(client, newestFirst, { first, longest })) {
      yield read(page.map(keyOf));
    }
  }

  type Place = { readonly index: string; readonly key: string; readonly value?: string };
  const listed = ({ index, key, value = 'fault' }: Place, { from, to }: Between, first: number) =>
    pages(
      {
        IndexName: index,
        KeyConditionExpression: '#key = :value AND sort_key BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#key': key },
        ExpressionAttributeValues: { ':value': value, ':from': from, ':to': to },
      },
      first,
    );

  return {
    /** The faults of the ids, read consistently, in any order; unknown ones are left out. */
    faults: async (fault_ids: readonly string[]): Promise<Fault[]> => {
      const keys = await inParallel(fault_ids, lookups, async (fault_id) => {
        const query = {
          TableName: table,
          IndexName: 'byFaultId',
          KeyConditionExpression: 'fault_id = :id',
          ExpressionAttributeValues: { ':id': fault_id },
        };
        for await (const page of queryPages(client, query)) return page.slice(0, 1).map(keyOf);
        return [];
      });
      return read(keys.flat());
    },

    /**
     * All open faults, as the index shows them. Pages come newest first; the faults within a page are in
     * any order. The first page has at most `first` faults.
     */
    openFaults: (between: Between, first: number) =>
      listed({ index: 'open', key: 'open' }, between, first),
    /** All faults, open or cleared, in the same order. */
    allFaults: (between: Between, first: number) =>
      listed({ index: 'byTime', key: 'live' }, between, first),
    /** The faults of a host and of its data plane, in the same order. */
    faultsOfHost: (host: string, between: Between, first: number) =>
      listed({ index: 'byHost', key: 'host', value: host }, between, first),
  };
};
