/** A firing's transaction: the alarm's new state and its history row, both or neither. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Alarm } from '../domain/alarm.ts';
import type { Firing, OutboxRow } from '../domain/firing.ts';
import type { Fired } from '../flows/evaluate-events.ts';

type Tables = { readonly alarms: string; readonly history: string };
type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A transaction that was disturbed is tried this often, with longer and longer pauses. */
const maxTries = 6;
const firstPauseMs = 15;

const rowPut = (table: string, row: OutboxRow): Action => ({
  Put: {
    TableName: table,
    Item: { ...row, sort_key: `${row.timestamp}#${row.event_id}` },
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

/** A firing on its way, by its place in the list that was asked for. */
type Pending = { readonly place: number; readonly firing: Firing };

export const firings = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Writes the firings in one transaction; where one stands in the way, the others go on without
   * it. Outcomes are in the order given. Throws if a transaction fails for any other reason.
   */
  fire: async (asked: readonly Firing[]): Promise<Fired[]> => {
    const outcomes: Fired[] = asked.map(() => 'written');
    let pending: Pending[] = asked.map((firing, place) => ({ place, firing }));
    for (let tries = 1; pending.length > 0; tries++) {
      const cancelled = await attempt(client, tables, pending);
      if (!cancelled) break;
      const verdicts = pending.map(({ firing }) => verdictOf(firing, cancelled.reasons));
      for (const [n, { place }] of pending.entries()) {
        const verdict = verdicts[n];
        if (verdict) outcomes[place] = verdict;
      }
      const left = pending.filter((_, n) => verdicts[n] === undefined);
      if (left.length === pending.length) {
        if (tries >= maxTries) throw cancelled.error;
        await sleep(firstPauseMs * 2 ** tries * (0.5 + Math.random() / 2));
      }
      pending = left;
    }
    return outcomes;
  },
});

type Cancelled = { readonly error: Error; readonly reasons: CancellationReason[] };

/** Undefined if the transaction went through. */
async function attempt(
  client: DynamoDBDocumentClient,
  tables: Tables,
  pending: readonly Pending[],
): Promise<Cancelled | undefined> {
  const actions = pending.flatMap(({ firing: { from, to, row } }) => [
    rowPut(tables.history, row),
    ...(to ? [transition(tables.alarms, from, to)] : []),
  ]);
  try {
    await client.send(new TransactWriteCommand({ TransactItems: actions }));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    return { error, reasons: [...(error.CancellationReasons ?? [])] };
  }
}

/**
 * What a cancelled transaction says of a firing, whose one or two reasons it takes from the list.
 * Undefined: nothing stood in its way but another firing, or a disturbance that passes.
 */
function verdictOf({ to }: Firing, reasons: CancellationReason[]): Fired | undefined {
  const [ofRow, ofAlarm] = reasons.splice(0, to ? 2 : 1).map(({ Code }) => Code);
  if (ofRow === 'ConditionalCheckFailed') return 'already written';
  if (ofAlarm === 'ConditionalCheckFailed') return 'alarm changed';
  return undefined;
}
