/** Tests of alarms, as rows of the table `history` that no list of records shows. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { AlarmTest } from '../../domain/delivery/alarm-test.ts';

/**
 * How long a test that was not sent is kept, in seconds: a day. One that was sent is kept as long as records
 * of the history are (`outbox.ts`).
 */
const unsentSeconds = 86_400;

/** The store of tests. */
export const alarmTestStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** Writes a new test. A repeat writes the same row. */
  saveTest: async (test: AlarmTest): Promise<void> => {
    const expires_at = Math.ceil(Date.parse(test.created_at) / 1000) + unsentSeconds;
    await client.send(new PutCommand({ TableName: table, Item: { ...test, expires_at } }));
  },

  /** A test with the outcomes so far, read consistently; undefined if there is none. */
  alarmTest: async (alarm_id: string, event_id: string): Promise<AlarmTest | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { event_id, alarm_id }, ConsistentRead: true }),
    );
    // Records of the history are in the same table. They are no tests.
    return AlarmTest.safeParse(row).data;
  },
});
