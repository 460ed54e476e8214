/** The table `history` as its readers see it: records, in the order of their times. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { AlarmChange, sortKeyOf, timeShards } from '../../domain/alarms/alarm-history.ts';
import type { HistoryScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import { growingPages, queryPages } from '../dynamodb.ts';

type Partition = { readonly index: string; readonly key: string; readonly value: string };

/** The partitions that hold what is in scope, and least beside it. */
function partitionsFor({ alarm_id, on_behalf_of }: HistoryScope): Partition[] {
  if (alarm_id !== undefined) return [{ index: 'byAlarm', key: 'alarm_id', value: alarm_id }];
  // A record of no project is in no project's partition.
  if (on_behalf_of) return [{ index: 'byProject', key: 'on_behalf_of', value: on_behalf_of }];
  return timeShards.map((value) => ({ index: 'byTime', key: 'time_shard', value }));
}

/** Records that are read at once, where reading may end before all are. */
const longestPage = 1_000;

/** Sorts behind every record of the same moment. */
const end = '\uffff';
const start = '0';

export const historyStore = (client: DynamoDBDocumentClient, table: string) => {
  async function* recordsIn(
    { index, key, value }: Partition,
    { from, to }: HistoryScope,
    { oldestFirst = false, after, first: wanted }: TimeReading,
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
      wanted === undefined
        ? queryPages(client, query)
        : growingPages(client, query, { first: wanted, longest: longestPage });
    for await (const page of pages) {
      // One that cannot be read must not hide the others.
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
      // What the evaluator notes for itself lies in the same table.
      return AlarmChange.safeParse(row).data;
    },

    /** The records in scope, in pages, in the order of time that `reading` says. */
    async *changesOf(scope: HistoryScope, reading: TimeReading): AsyncGenerator<AlarmChange[]> {
      const { on_behalf_of } = scope;
      const streams = partitionsFor(scope).map((each) => recordsIn(each, scope, reading));
      for await (const page of inOneOrder(streams, reading.oldestFirst ?? false)) {
        yield on_behalf_of === undefined
          ? page
          : page.filter((one) => one.on_behalf_of === on_behalf_of);
      }
    },
  };
};

const mergedAtOnce = 100;

/** The pages of streams that each are in order, in one order. */
async function* inOneOrder(
  streams: readonly AsyncGenerator<AlarmChange[]>[],
  oldestFirst: boolean,
): AsyncGenerator<AlarmChange[]> {
  const [only, ...others] = streams;
  if (only && others.length === 0) return yield* only;
  const heads = streams.map((stream) => ({ stream, waiting: [] as AlarmChange[] }));
  const fill = async (head: (typeof heads)[number]): Promise<boolean> => {
    while (head.waiting.length === 0) {
      const { value, done } = await head.stream.next();
      if (done) return false;
      head.waiting.push(...value);
    }
    return true;
  };
  const full = await Promise.all(heads.map(fill));
  let open = heads.filter((_, n) => full[n]);
  let page: AlarmChange[] = [];
  const keyOf = ({ waiting: [first] }: (typeof heads)[number]) => (first ? sortKeyOf(first) : '');
  while (open.length > 0) {
    const next = open.reduce((best, head) =>
      keyOf(head) < keyOf(best) === oldestFirst ? head : best,
    );
    page.push(...next.waiting.splice(0, 1));
    if (page.length >= mergedAtOnce) {
      yield page;
      page = [];
    }
    if (!(await fill(next))) open = open.filter((head) => head !== next);
  }
  yield page;
}
