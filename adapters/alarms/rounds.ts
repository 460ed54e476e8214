/** The tables as rounds read and write them: periodic alarms, by the index that has only these. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Alarm, AlarmState } from '../../domain/alarms/alarm.ts';
import { PeriodicAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { PlannedAlarm } from '../../domain/alarms/periodic-index.ts';
import type { RoundWrite } from '../../domain/alarms/round.ts';
import { slices } from '../../domain/slices.ts';
import type { RoundOutcome, RoundWriter } from '../../flows/evaluate-round.ts';
import type { EventsOut } from '../../flows/events-out.ts';
import { getAll, queryPages, type Row } from '../dynamodb.ts';
import { type Action, transactWhile } from '../transactions.ts';
import { kinds } from './alarm-rows.ts';
import { historyRow } from './history-rows.ts';
import { whileNewest } from './project-rounds.ts';

type Settings = Pick<EventsOut, 'interrupted'> & { readonly table: string };

const keysOf = (ids: readonly string[]) =>
  [...new Set(ids)].map((alarm_id) => ({ alarm_id, kind: kinds.alarm }));

/** Those of the rows that the schema reads. A row that it cannot read is logged, and not evaluated. */
function readable<T>(
  rows: readonly Row[],
  schema: z.ZodType<T>,
  interrupted: Settings['interrupted'],
): T[] {
  return rows.flatMap((row) => {
    const { data, error } = schema.safeParse(row);
    if (error) interrupted('row of a periodic alarm', { alarm_id: row.alarm_id, error });
    return data === undefined ? [] : [data];
  });
}

/** The reader of the index `periodic`. */
export const plannedAlarms = (client: DynamoDBDocumentClient, { table, interrupted }: Settings) => {
  async function* read(slot: string, prefix: string): AsyncGenerator<PlannedAlarm[]> {
    const query = {
      TableName: table,
      IndexName: 'periodic',
      KeyConditionExpression:
        prefix === ''
          ? 'periodic_slot = :slot'
          : 'periodic_slot = :slot AND begins_with(periodic_place, :prefix)',
      ExpressionAttributeValues: { ':slot': slot, ...(prefix !== '' && { ':prefix': prefix }) },
    };
    for await (const rows of queryPages(client, query)) {
      yield readable(rows, PlannedAlarm, interrupted);
    }
  }
  return {
    /** The alarms of a partition, in pages, as the index shows them; those of a project follow each other. */
    plannedAlarms: (slot: string) => read(slot, ''),
    /** The alarms of a partition at places that begin with the prefix, in pages. */
    members: ({ slot, prefix }: { readonly slot: string; readonly prefix: string }) =>
      read(slot, prefix),
  };
};

/** The part of an alarm that matters for the rules that name it. */
const Part = z.object({
  alarm_id: z.string(),
  project_id: z.string(),
  type: z.string(),
  state: AlarmState,
});

type StoreSettings = Settings & { readonly history: string; readonly places: string };

/** The store of rounds. */
export const roundStore = (
  client: DynamoDBDocumentClient,
  { table, history, places, interrupted }: StoreSettings,
) => ({
  /** Periodic alarms, read consistently, in any order; ids of others are left out. */
  periodicAlarms: async (ids: readonly string[]): Promise<PeriodicAlarm[]> => {
    const rows = await getAll(client, table, keysOf(ids));
    const periodic = rows.filter(({ type }) => !Alarm.shape.type.safeParse(type).success);
    return readable(periodic, PeriodicAlarm, interrupted);
  },

  /**
   * The states of those of the alarms that are the project's and not composite, read consistently: only
   * these can be parts of a rule.
   */
  partStates: async (
    ids: readonly string[],
    project_id: string,
  ): Promise<Map<string, AlarmState>> => {
    const rows = await getAll(client, table, keysOf(ids));
    return new Map(
      readable(rows, Part, interrupted)
        .filter((part) => part.project_id === project_id && part.type !== 'composite')
        .map(({ alarm_id, state }) => [alarm_id, state]),
    );
  },

  /**
   * Writes each alarm with its record, or neither: on condition that the alarm is as it was read, that
   * this round has no record of it yet, and that no newer round of the project has begun. Ten are sent in
   * one transaction.
   */
  writeRounds: async (
    writes: readonly RoundWrite[],
    writer: RoundWriter,
  ): Promise<RoundOutcome[]> => {
    const outcomes: RoundOutcome[] = [];
    for (const some of slices(writes, perTransaction)) {
      const groups = some.map((write) => actionsOf(table, history, write));
      const failed = await transactWhile(client, whileNewest(places, writer), groups);
      outcomes.push(...(failed?.map(outcomeOf) ?? some.map(() => 'round over' as const)));
    }
    return outcomes;
  },
});

/** A transaction takes 4 MB, and a record with its notification up to 400 kB. */
const perTransaction = 10;

/** The update is the first action, the record the second. */
function outcomeOf(failed: readonly number[]): RoundOutcome {
  if (failed.includes(1)) return 'fired before';
  return failed.length > 0 ? 'alarm changed' : 'written';
}

/** Sets only the fields that rounds change. An event alarm is never written: it has no slot. */
const actionsOf = (table: string, history: string, { from, to, row }: RoundWrite): Action[] => [
  {
    Update: {
      TableName: table,
      Key: { alarm_id: from.alarm_id, kind: kinds.alarm },
      ConditionExpression: 'revision = :read AND attribute_exists(periodic_slot)',
      UpdateExpression:
        'SET #state = :state, state_reason = :reason, state_timestamp = :at, transitions = :transitions, failed_rounds = :failed, last_round = :round, revision = :next',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':read': from.revision,
        ':state': to.state,
        ':reason': to.state_reason,
        ':at': to.state_timestamp,
        ':transitions': to.transitions,
        ':failed': to.failed_rounds,
        ':round': to.last_round,
        ':next': to.revision,
      },
    },
  },
  ...(row
    ? [
        {
          Put: {
            TableName: history,
            Item: historyRow(row),
            ConditionExpression: 'attribute_not_exists(event_id)',
          },
        },
      ]
    : []),
];
