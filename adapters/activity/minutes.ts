/** The table `activity`: what was sent, and what was waiting, in each minute of the last day. */
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { MinuteCounts } from '../../domain/delivery/notification-minute.ts';
import { minuteOf } from '../../domain/delivery/notification-minute.ts';
import type { QueueSample } from '../../domain/delivery/queue-samples.ts';
import { countedOutcomes, type OutcomeMinute } from '../../domain/delivery/webhook-counts.ts';
import { queryPages, type Row } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';
import { expiryAfter } from './changes.ts';

/** The scope of the counts of notifications. */
const sentScope = 'sent';
/** The scope of the counts of webhooks. */
const webhookScope = 'webhooks';
/** The scope of the samples of queues. */
const sampleScope = 'samples';
/** How long a minute is kept, in seconds. */
const minuteKeptSeconds = 86_400;
/** Minutes written at once: mostly there is one. */
const width = 4;

/** Counts notifications. */
export const sentCounts = (client: DynamoDBDocumentClient, table: string) => ({
  /** Adds to the counts of the minutes. Adding again counts again. */
  countSent: async (minutes: readonly MinuteCounts[]): Promise<void> => {
    await inParallel(minutes, width, ({ minute, counts }) => {
      const ranges = Object.entries(counts);
      return client.send(
        new UpdateCommand({
          TableName: table,
          Key: { scope: sentScope, place: minute },
          UpdateExpression: `SET expires_at = :expires ADD ${ranges
            .map((_, n) => `#range${n} :count${n}`)
            .join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(
            ranges.map(([range], n) => [`#range${n}`, `ms_${range}`]),
          ),
          ExpressionAttributeValues: {
            ':expires': expiryAfter(Date.parse(minute), minuteKeptSeconds),
            ...Object.fromEntries(ranges.map(([, count], n) => [`:count${n}`, count])),
          },
        }),
      );
    });
  },
});

/** Counts webhooks by their outcome. */
export const webhookCounts = (client: DynamoDBDocumentClient, table: string) => ({
  /** Adds to the counts of the minute. Adding again counts again. */
  countWebhooks: async ({ minute, counts }: OutcomeMinute): Promise<void> => {
    const outcomes = Object.entries(counts);
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { scope: webhookScope, place: minute },
        UpdateExpression: `SET expires_at = :expires ADD ${outcomes
          .map(([outcome]) => `${outcome} :${outcome}`)
          .join(', ')}`,
        ExpressionAttributeValues: {
          ':expires': expiryAfter(Date.parse(minute), minuteKeptSeconds),
          ...Object.fromEntries(outcomes.map(([outcome, count]) => [`:${outcome}`, count])),
        },
      }),
    );
  },
});

/** Writes samples of queues. */
export const queueSamples = (client: DynamoDBDocumentClient, table: string) => ({
  /** Keeps a sample; a later one of the same minute replaces it. */
  keepSample: async ({ at, waiting, dead_letters }: QueueSample): Promise<void> => {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: {
          scope: sampleScope,
          place: minuteOf(at),
          waiting,
          dead_letters,
          expires_at: expiryAfter(Date.parse(at), minuteKeptSeconds),
        },
      }),
    );
  },
});

const Numbers = z.record(z.string(), z.number());
const SampleRow = z.object({ place: z.string(), waiting: Numbers, dead_letters: Numbers });

const OutcomeRow = z.object({
  place: z.string(),
  counts: z.partialRecord(z.enum(countedOutcomes), z.number()),
});

const outcomesIn = ({ scope, place, expires_at, ...counts }: Row): OutcomeMinute => {
  const row = OutcomeRow.parse({ place, counts });
  return { minute: row.place, counts: row.counts };
};

const countsIn = ({ scope, place, expires_at, ...rest }: Row) => ({
  minute: String(place),
  counts: Object.fromEntries(
    Object.entries(Numbers.parse(rest)).map(([name, count]) => [name.replace(/^ms_/, ''), count]),
  ),
});

/** Reads the minutes. */
export const minuteReader = (client: DynamoDBDocumentClient, table: string) => {
  async function rowsFrom(scope: string, from: string): Promise<Row[]> {
    const query = {
      TableName: table,
      KeyConditionExpression: '#scope = :scope AND place >= :from',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':scope': scope, ':from': from },
    };
    const rows: Row[] = [];
    for await (const page of queryPages(client, query)) rows.push(...page);
    return rows;
  }
  return {
    /** The counts of notifications of each minute from a moment on, oldest first. */
    sentFrom: async (from: string): Promise<MinuteCounts[]> =>
      (await rowsFrom(sentScope, from)).map(countsIn),
    /** The counts of webhooks of each minute from a moment on, oldest first. */
    webhooksFrom: async (from: string): Promise<OutcomeMinute[]> =>
      (await rowsFrom(webhookScope, from)).map(outcomesIn),
    /** The samples of queues from a moment on, oldest first. */
    samplesFrom: async (from: string): Promise<QueueSample[]> =>
      (await rowsFrom(sampleScope, from)).map((row) => {
        const { place, ...rest } = SampleRow.parse(row);
        return { at: place, ...rest };
      }),
  };
};
