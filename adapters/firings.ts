/** A firing's transaction: the alarm's new state and its history row, both or neither. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Alarm } from '../domain/alarm.ts';
import type { Firing, OutboxRow } from '../domain/firing.ts';
import type { Fired } from '../flows/evaluate-events.ts';
import { historyRow } from './history-rows.ts';
import { type Action, transactGroups } from './transactions.ts';

type Tables = { readonly alarms: string; readonly history: string };

const rowPut = (table: string, row: OutboxRow): Action => ({
  Put: {
    TableName: table,
    Item: historyRow(row),
    ConditionExpression: 'attribute_not_exists(event_id)',
  },
});

/** Sets what a transition changes and nothing else, on the alarm as it was read. */
const transition = (table: string, from: Alarm, to: Alarm): Action => ({
  Update: {
    TableName: table,
    Key: { alarm_id: from.alarm_id, kind: 'alarm' },
    ConditionExpression: 'revision = :read',
    UpdateExpression:
      'SET #state = :state, state_reason = :reason, state_timestamp = :at, stamp = :stamp, entered_alarm_at = :entered, revision = :next',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':read': from.revision,
      ':state': to.state,
      ':reason': to.state_reason,
      ':at': to.state_timestamp,
      ':stamp': to.stamp,
      ':entered': to.entered_alarm_at,
      ':next': to.revision,
    },
  },
});

/** What it means that the condition of a firing's first or second action did not hold. */
const verdicts: readonly Fired[] = ['already written', 'alarm changed'];

export const firings = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Writes the firings in one transaction; where one stands in the way, the others go on without
   * it. Outcomes are in the order given. Throws if a transaction fails for any other reason.
   */
  fire: async (asked: readonly Firing[]): Promise<Fired[]> => {
    const failed = await transactGroups(
      client,
      asked.map(({ from, to, row }) => [
        rowPut(tables.history, row),
        ...(to ? [transition(tables.alarms, from, to)] : []),
      ]),
    );
    return failed.map((position) => (position !== undefined && verdicts[position]) || 'written');
  },
});
