/** The table `faults`, as it is read; `hosts.ts` writes it with the host. */
import type { DynamoDBDocumentClient, QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { Fault } from '../../domain/hosts/fault.ts';
import { getAll, growingPages, type Key, queryPages, type Row } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

/** Faults looked up by id at once. */
const lookups = 8;
/** Faults read together at most. */
const longest = 100;

const keyOf = ({ host, number }: Row): Key => ({ host: String(host), number: Number(number) });

/** Between which places of `placeOfFault` a list's faults are; both inclusive, `from` not after `to`. */
type Between = { readonly from: string; readonly to: string };

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
     * All faults that are open, as the index shows them: newest page first, a page in any order. The
     * first page has `first` at most.
     */
    openFaults: (between: Between, first: number) =>
      listed({ index: 'open', key: 'open' }, between, first),
    /** All faults that ever were, in the same order. */
    allFaults: (between: Between, first: number) =>
      listed({ index: 'byTime', key: 'live' }, between, first),
    /** The faults of a host and of its data plane in the same order. */
    faultsOfHost: (host: string, between: Between, first: number) =>
      listed({ index: 'byHost', key: 'host', value: host }, between, first),
  };
};
