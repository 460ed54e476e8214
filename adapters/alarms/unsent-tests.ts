/** The tests of alarms in the table `history`, as an evaluator reads them to send them. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { TestMessage } from '../../domain/events/messages.ts';
import { getAll } from '../dynamodb.ts';

/** The part of a test that is sent. */
const Unsent = z.object({ message: OutboxRow, delivered_at: z.string().optional() });

/** Reads tests of alarms by their keys. */
export const unsentTests = (client: DynamoDBDocumentClient, table: string) => ({
  /** What the test sends, read consistently; undefined if it was sent before, or has expired. */
  unsentTest: async ({
    event_id,
    alarm_id,
  }: TestMessage['test']): Promise<OutboxRow | undefined> => {
    const [row] = await getAll(client, table, [{ event_id, alarm_id }]);
    const test = row && Unsent.parse(row);
    return test && test.delivered_at === undefined ? test.message : undefined;
  },
});
