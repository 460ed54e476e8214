/** The table `alarms` as the evaluator reads it. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Alarm } from '../../domain/alarms/alarm.ts';
import { isReadWhole, type ProjectKeys } from '../../domain/alarms/lookup-plan.ts';
import { isPeriodicType } from '../../domain/alarms/periodic-alarm.ts';
import { whyNoAlarm } from '../../domain/alarms/stored-alarm.ts';
import type { Unreadable } from '../../flows/alarm-lane.ts';
import type { AlarmsRead } from '../../flows/evaluate-events.ts';
import type { LookupBounds } from '../../flows/find-candidates.ts';
import { getAll, queryPages, type Row } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';
import { indexKeys, kinds, placesOf } from './alarm-rows.ts';

/** Index queries in flight unless something else is said: more wait for each other on one Lambda. */
const usualWidth = 8;

/** The fields that are needed of a row that is not a valid alarm. */
const UnreadableRow = z.object({
  alarm_id: z.string(),
  revision: z.number().optional().catch(undefined),
  state_reason: z.unknown(),
});

function unreadable(row: Row, error: z.ZodError): Unreadable {
  const { alarm_id, revision, state_reason } = UnreadableRow.parse(row);
  const reason = whyNoAlarm(error);
  return { alarm_id, revision, reason, isReported: state_reason === reason };
}

export const alarmLookup = (
  client: DynamoDBDocumentClient,
  table: string,
  width: number = usualWidth,
) => ({
  /**
   * Ids of the alarms under each key, in their order, as the index shows them. Where many keys of a
   * project are requested, all of its lookup rows are read instead. With bounds: the first so many ids
   * of each key that come after an id; single keys read no more than these.
   */
  alarmsUnder: async (
    asked: readonly ProjectKeys[],
    bounds: LookupBounds = {},
  ): Promise<Map<string, string[]>> => {
    const reads = asked.flatMap((project): (() => Promise<Found[]>)[] =>
      isReadWhole(project)
        ? [() => underAll(client, table, project, bounds)]
        : project.keys.map((key) => async () => [
            [key, await underOne(client, table, { ...project, key }, bounds)],
          ]),
    );
    return new Map((await inParallel(reads, width, (read) => read())).flat());
  },

  /**
   * The event alarms, read consistently, in any order; ids without one are left out. The index may still
   * show an alarm whose type has changed: rounds evaluate it, and events must not write it.
   */
  alarms: async (ids: readonly string[]): Promise<AlarmsRead> => {
    const keys = ids.map((alarm_id) => ({ alarm_id, kind: 'alarm' }));
    const rows = (await getAll(client, table, keys)).filter(({ type }) => !isPeriodicType(type));
    const parsed = rows.map((row) => ({ row, ...Alarm.safeParse(row) }));
    return {
      alarms: parsed.flatMap(({ data }) => data ?? []),
      unreadable: parsed.flatMap(({ row, error }) => (error ? [unreadable(row, error)] : [])),
    };
  },
});

/** A key with the ids of its alarms. */
type Found = [key: string, ids: string[]];

/** The ids under one key. */
async function underOne(
  client: DynamoDBDocumentClient,
  table: string,
  { project_id, key }: { readonly project_id: string; readonly key: string },
  { after, most }: LookupBounds,
): Promise<string[]> {
  const place = placesOf(key);
  const ids: string[] = [];
  const query = {
    TableName: table,
    IndexName: 'byKey',
    KeyConditionExpression: 'key_project = :project AND key_place BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':project': indexKeys.project(project_id),
      // `!` comes after the end of an id, and `~` after all of them.
      ':first': after === undefined ? place : `${place}${after}!`,
      ':last': `${place}~`,
    },
    ...(most !== undefined && { Limit: most }),
  };
  for await (const page of queryPages(client, query)) {
    ids.push(...page.map(({ alarm_id }) => String(alarm_id)));
    if (most !== undefined && ids.length >= most) break;
  }
  return ids;
}

/**
 * The ids under each of many keys, from all lookup rows of the project between the first and the last of
 * them. A message has the events of a fault in the order of their servers, so these are few.
 */
async function underAll(
  client: DynamoDBDocumentClient,
  table: string,
  { project_id, keys }: ProjectKeys,
  { after = '', most }: LookupBounds,
): Promise<Found[]> {
  const idsOf = new Map(keys.map((key): Found => [kinds.lookup(key), []]));
  const places = keys.map(placesOf).toSorted();
  const query = {
    TableName: table,
    IndexName: 'byKey',
    KeyConditionExpression: 'key_project = :project AND key_place BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':project': indexKeys.project(project_id),
      ':first': places[0],
      ':last': `${places.at(-1)}~`,
    },
  };
  for await (const page of queryPages(client, query)) {
    for (const { alarm_id, kind } of page) {
      const ids = idsOf.get(String(kind));
      if (ids) ids.push(String(alarm_id));
    }
  }
  return keys.map((key) => {
    const ids = (idsOf.get(kinds.lookup(key)) ?? []).filter((id) => id > after);
    return [key, ids.slice(0, most)];
  });
}
