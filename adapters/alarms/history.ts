/** The table `history` as lists read it: records in the order of their times. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { HistoryScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import { projectShards, sortKeyOf, timeShards } from '../../domain/alarms/history-shards.ts';
import { inOneOrder } from '../../domain/in-one-order.ts';
import { growingPages, queryPages } from '../dynamodb.ts';

type Partition = { readonly index: string; readonly key: string; readonly value: string };

/** The partitions of the index with the fewest records outside of the scope. */
function partitionsFor({ alarm_id, on_behalf_of }: HistoryScope): Partition[] {
  if (alarm_id !== undefined) return [{ index: 'byAlarm', key: 'alarm_id', value: alarm_id }];
  // Records without a project are not in the index by project.
  if (on_behalf_of) {
    return projectShards(on_behalf_of).map((value) => ({
      index: 'byProject',
      key: 'project_shard',
      value,
    }));
  }
  return timeShards.map((value) => ({ index: 'byTime', key: 'time_shard', value }));
}

/** The most records of a page, where reading may end before all records are read. */
const longestPage = 1_000;

/** Sorts after every sort key of the same moment. */
const end = '\uffff';
/** Sorts before every sort key: these begin with a year. */
const start = '0';

/** The store of the history for requests. */
export const historyStore = (client: DynamoDBDocumentClient, table: string) => {
  async function* recordsIn(
    { index, key, value }: Partition,
    { from, to }: HistoryScope,
    { oldestFirst = false, after, first: firstPage }: TimeReading,
  ): AsyncGenerator<AlarmChange[]> {
    const first = from ?? start;
    const last = to === undefined ? end : `${to}#${end}`;
    const query = {
      TableName: table,
      IndexName: index,
      KeyConditionExpression: '#key = :value AND sort_key BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#key': key },
      ExpressionAttributeValues: {
        ':value': value,
        ':first': oldestFirst && after !== undefined && after > first ? after : first,
        ':last': !oldestFirst && after !== undefined && after < last ? after : last,
      },
      ScanIndexForward: oldestFirst,
    };
    if (query.ExpressionAttributeValues[':first'] > query.ExpressionAttributeValues[':last'])
      return;
    const pages =
      firstPage === undefined
        ? queryPages(client, query)
        : growingPages(client, query, { first: firstPage, longest: longestPage });
    for await (const page of pages) {
      // A record that cannot be read is left out; the others are shown.
      const records = page.flatMap((row) => AlarmChange.safeParse(row).data ?? []);
      yield after === undefined ? records : records.filter((one) => sortKeyOf(one) !== after);
    }
  }

  return {
    /** A record by its key, read consistently; undefined if there is none. */
    change: async (alarm_id: string, event_id: string): Promise<AlarmChange | undefined> => {
      const { Item: row } = await client.send(
        new GetCommand({ TableName: table, Key: { event_id, alarm_id }, ConsistentRead: true }),
      );
      // The evaluator's noted rows are in the same table. They are not records.
      return AlarmChange.safeParse(row).data;
    },

    /** The records in scope, in pages, in the order of time that `reading` asks for. */
    async *changesOf(
      scope: HistoryScope,
      reading: TimeReading,
    ): AsyncGenerator<readonly AlarmChange[]> {
      const { on_behalf_of } = scope;
      const partitions = partitionsFor(scope);
      const { first } = reading;
      // Records are spread evenly, but not exactly: a partition may have more of a page than its share.
      const share = first && Math.ceil((1.5 * first) / partitions.length);
      const part = { ...reading, ...(share && { first: share }) };
      const streams = partitions.map((each) => recordsIn(each, scope, part));
      const descending = !reading.oldestFirst;
      for await (const page of inOneOrder(streams, { keyOf: sortKeyOf, descending })) {
        yield on_behalf_of === undefined
          ? page
          : page.filter((one) => one.on_behalf_of === on_behalf_of);
      }
    },
  };
};
