/** Writes firings: the alarms' new states and their history rows, in transactions. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { Chain, Firing } from '../../domain/alarms/firing.ts';
import { faultPlaceOf, hasNotification } from '../../domain/alarms/outbox-row.ts';
import type { ChainOutcome, Unreadable } from '../../flows/alarm-lane.ts';
import type { RowKey, WrittenRow } from '../../flows/written-before.ts';
import { getAll, ifUnchanged } from '../dynamodb.ts';
import { newTimer } from '../timers/alarm-timers.ts';
import { type Action, transactGroups, transactPatiently } from '../transactions.ts';
import { expiryOf, historyRow } from './history-rows.ts';

const Written = z.object({
  event_id: z.string(),
  alarm_id: z.string(),
  undelivered_shard: z.string().optional(),
  written_at: z.string().optional(),
});

type Tables = { readonly alarms: string; readonly history: string; readonly timers: string };

/**
 * A noted row expires, because the event does not come again after that. An outbox row expires once
 * it is delivered.
 */
const itemOf = (row: Firing['row']) =>
  hasNotification(row)
    ? { ...historyRow(row), fault_place: faultPlaceOf(row) }
    : { ...row, expires_at: expiryOf(row.timestamp, 0) };

const rowPut = (table: string, row: Firing['row']): Action => ({
  Put: {
    TableName: table,
    Item: itemOf(row),
    ConditionExpression: 'attribute_not_exists(event_id)',
  },
});

const keyOf = (alarm_id: string) => ({ alarm_id, kind: 'alarm' });

/** The part of an update that says when the alarm was armed, and its timer; empty if both stay. */
const arming = (from: Alarm, { armed_at, timer_at }: Alarm) =>
  from.armed_at === armed_at && from.timer_at === timer_at
    ? { set: '', values: {} }
    : {
        set: ', armed_at = :armed, timer_at = :timer',
        values: { ':armed': armed_at, ':timer': timer_at },
      };

/** Sets only when the alarm was armed, and its timer, on condition that the alarm is as it was read. */
const armed = (TableName: string, from: Alarm, to: Alarm) => {
  const { set, values } = arming(from, to);
  return {
    TableName,
    Key: keyOf(from.alarm_id),
    ConditionExpression: 'revision = :read',
    UpdateExpression: `SET revision = :next${set}`,
    ExpressionAttributeValues: { ':read': from.revision, ':next': to.revision, ...values },
  };
};

/** Sets only the fields that events change, on condition that the alarm is as it was read. */
const update = (table: string, from: Alarm, to: Alarm): Action => ({
  Update: {
    TableName: table,
    Key: keyOf(from.alarm_id),
    ConditionExpression: 'revision = :read',
    UpdateExpression: `SET #state = :state, state_reason = :reason, state_timestamp = :at, stamp = :stamp, stamped_at = :stamped, entered_alarm_at = :entered, left_alarm_at = :left, transitions = :transitions, revision = :next${arming(from, to).set}`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':read': from.revision,
      ':state': to.state,
      ':reason': to.state_reason,
      ':at': to.state_timestamp,
      ':stamp': to.stamp,
      ':stamped': to.stamped_at,
      ':entered': to.entered_alarm_at,
      ':left': to.left_alarm_at,
      ':transitions': to.transitions,
      ':next': to.revision,
      ...arming(from, to).values,
    },
  },
});

/** The store of firings. */
export const firings = (client: DynamoDBDocumentClient, tables: Tables) => {
  const actionsOf = (chain: Chain): Action[] => {
    const from = chain[0]?.from;
    const to = chain.findLast((firing) => firing.to)?.to;
    return [
      ...chain.map(({ row }) => rowPut(tables.history, row)),
      ...(from && to ? [update(tables.alarms, from, to)] : []),
      ...newTimer(tables.timers, from, to),
    ];
  };

  return {
    /**
     * Writes the chains in one transaction. If the condition of a chain fails, the others are
     * written without it. Outcomes are in the order of the chains.
     * @throws if the transaction fails for any other reason.
     */
    fire: async (chains: readonly Chain[]): Promise<ChainOutcome[]> => {
      const failed = await transactGroups(client, chains.map(actionsOf));
      return chains.map((chain, n): ChainOutcome => {
        const positions = failed[n] ?? [];
        const already = positions.filter((position) => position < chain.length);
        if (already.length > 0) return { already };
        return positions.length > 0 ? 'alarm changed' : 'written';
      });
    },

    /**
     * Writes when an alarm was armed, with its timer if that changes: the one before was handed
     * over, or there was none. False if it is no longer as it was read. A timer that does not
     * change costs one write.
     */
    arm: (from: Alarm, to: Alarm): Promise<boolean> => {
      const timer = newTimer(tables.timers, from, to);
      const alarm = armed(tables.alarms, from, to);
      if (timer.length > 0) return transactPatiently(client, [{ Update: alarm }, ...timer]);
      return ifUnchanged(client.send(new UpdateCommand(alarm)));
    },

    /** The rows of those of the keys that have one, read consistently, 100 a request, in any order. */
    written: async (keys: readonly RowKey[]): Promise<WrittenRow[]> => {
      const names = ['event_id', 'alarm_id', 'undelivered_shard', 'written_at'] as const;
      const asked = keys.map(({ event_id, alarm_id }) => ({ event_id, alarm_id }));
      const rows = await getAll(client, tables.history, asked, names);
      return rows.map((row) => Written.parse(row));
    },

    /**
     * Writes to the alarm why it is not evaluated. False if it was changed since it was read, or
     * already says so.
     */
    report: async ({ alarm_id, revision, reason }: Unreadable): Promise<boolean> => {
      const read = revision === undefined ? 'attribute_exists(alarm_id)' : 'revision = :read';
      const known = 'attribute_not_exists(state_reason) OR state_reason <> :reason';
      const write = client.send(
        new UpdateCommand({
          TableName: tables.alarms,
          Key: keyOf(alarm_id),
          ConditionExpression: `${read} AND (${known})`,
          UpdateExpression:
            revision === undefined
              ? 'SET state_reason = :reason'
              : 'SET state_reason = :reason, revision = :next',
          ExpressionAttributeValues: {
            ':reason': reason,
            ...(revision !== undefined && { ':read': revision, ':next': revision + 1 }),
          },
        }),
      );
      return ifUnchanged(write);
    },
  };
};
