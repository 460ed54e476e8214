/** The table `activity`: the events of each project of the last day, some in a row, compressed. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { DoctorEvent } from '../../domain/events/event.ts';
import {
  keptHours,
  RecentEvent,
  type RecentEvents,
  type RecentSource,
  recentEventsOf,
  recentSources,
} from '../../domain/events/recent-event.ts';
import type { RecentPage } from '../../flows/preview-alarm.ts';
import { inParallel } from '../in-parallel.ts';
import type { KeepRow } from './activity-rows.ts';
import { expiryAfter } from './changes.ts';

/** Rows written at once. */
const width = 8;
/** The most rows of a read of one source; DynamoDB ends it at a megabyte, too. */
const mostRows = 500;
/** The most events of a read of one source. */
const mostEvents = 5_000;

const scopes = { own: 'events', urgent: 'urgent-events', bulk: 'bulk-events' } as const;
const scopeOf = (source: RecentSource, project_id: string): string =>
  `${scopes[source]}#${project_id}`;

/**
 * The place of a row: the time of its newest event, and the id of its first. A batch that comes again takes
 * the same place.
 */
function placeOf({ events }: RecentEvents): string {
  const newest = events.map(({ accepted_at }) => accepted_at).sort();
  return `${newest.at(-1)}#${events[0]?.message_id}`;
}

/** Keeps events. @param clock milliseconds since 1970. */
export const eventKeeper = (keep: KeepRow, clock: () => number = Date.now) => ({
  /** Keeps events for previews of alarms: a write for each project. Keeping again changes nothing. */
  keepEvents: async (
    events: readonly DoctorEvent[],
    source: RecentSource = 'own',
  ): Promise<void> => {
    await inParallel(recentEventsOf(events), width, (row) =>
      keep({
        scope: scopeOf(source, row.project_id),
        place: placeOf(row),
        events: gzipSync(JSON.stringify(row.events)),
        expires_at: expiryAfter(clock(), keptHours * 3_600),
      }),
    );
  },
});

const Row = z.object({ events: z.instanceof(Uint8Array) });
const Kept = z.array(RecentEvent);

const eventsIn = (row: unknown): RecentEvent[] =>
  Kept.parse(JSON.parse(gunzipSync(Row.parse(row).events).toString()));

/** Reads the kept events. */
export const recentEventReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The newest events of a project since a moment: a request for each source, of at most a megabyte. */
  recentEvents: async (project_id: string, from: string): Promise<RecentPage> => {
    const pages = await Promise.all(
      recentSources.map((source) =>
        newestOf(client, table, { scope: scopeOf(source, project_id), from }),
      ),
    );
    const events = pages.flatMap((page) => page.events);
    events.sort((a, b) => b.accepted_at.localeCompare(a.accepted_at));
    const since = pages.map((page) => page.since).sort();
    return { events, since: since.at(-1) ?? from };
  },
});

/** The newest events of one source, in any order, and since when all of them are there. */
async function newestOf(
  client: DynamoDBDocumentClient,
  table: string,
  { scope, from }: { readonly scope: string; readonly from: string },
): Promise<RecentPage> {
  const { Items: rows = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#scope = :scope AND place >= :from',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': scope, ':from': from },
      ScanIndexForward: false,
      Limit: mostRows,
    }),
  );
  const events: RecentEvent[] = [];
  let read = 0;
  for (const row of rows) {
    if (events.length >= mostEvents) break;
    events.push(...eventsIn(row));
    read += 1;
  }
  const isComplete = read === rows.length && LastEvaluatedKey === undefined;
  const [oldest = from] = events.map(({ accepted_at }) => accepted_at).sort();
  return { events, since: isComplete ? from : oldest };
}
