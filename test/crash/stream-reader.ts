import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { StreamRecord } from '../../adapters/stream-records.ts';
import { clientConfig } from '../stack/stack.ts';

export type StreamReader = {
  /** Records that are not handled yet, in the order of their streams. */
  readonly pending: () => Promise<readonly StreamRecord[]>;
  readonly forget: (records: readonly StreamRecord[]) => void;
};

/** Reads the streams of tables from their beginnings, when the test says so. */
export function makeStreamReader(tables: readonly string[]): StreamReader {
  const database = new DynamoDBClient(clientConfig());
  const streams = new DynamoDBStreamsClient(clientConfig());
  let iterators: Promise<(string | undefined)[]> | undefined;
  let kept: StreamRecord[] = [];

  const open = async (): Promise<(string | undefined)[]> => {
    const perTable = await Promise.all(
      tables.map(async (table) => {
        const { Table } = await database.send(new DescribeTableCommand({ TableName: table }));
        const StreamArn = Table?.LatestStreamArn;
        const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
        const shards = StreamDescription?.Shards ?? [];
        return Promise.all(
          shards.map(async ({ ShardId }) => {
            const { ShardIterator } = await streams.send(
              new GetShardIteratorCommand({
                StreamArn,
                ShardId,
                ShardIteratorType: 'TRIM_HORIZON',
              }),
            );
            return ShardIterator;
          }),
        );
      }),
    );
    return perTable.flat();
  };

  return {
    pending: async () => {
      iterators ??= open();
      const answers = await Promise.all(
        (await iterators).map((ShardIterator) =>
          streams.send(new GetRecordsCommand({ ShardIterator })),
        ),
      );
      iterators = Promise.resolve(answers.map(({ NextShardIterator }) => NextShardIterator));
      kept.push(...answers.flatMap(({ Records = [] }) => Records));
      return [...kept];
    },
    forget: (records) => {
      const done = new Set(records);
      kept = kept.filter((record) => !done.has(record));
    },
  };
}
