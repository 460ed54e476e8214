/**
 * Counts the refused tokens of each source, so that a caller with many bad tokens does not keep the
 * issuers, or Doctor's functions, busy. The counts are rows of the table `attempts`, one for a source
 * and a minute. Each process asks for one bad token before it knows of the others; after that, a source
 * over the limit is refused without any call until the minute ends. A caller with good tokens costs no
 * call at all.
 */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { attemptSource } from '../../domain/identity/attempts.ts';
import { mostBadTokens } from '../../domain/identity/other-issuer.ts';
import { recent } from '../../domain/recent.ts';

const minuteMs = 60_000;
/** In seconds; the row is needed for its minute only. */
const rowLifeSeconds = 300;
const mostSources = 1_000;

const Counted = z.object({ failures: z.number() });

export type BadTokens = {
  /** Whether tokens of this address are still checked; `address` is the IP address of the request. */
  readonly checks: (address: string) => boolean;
  /** Counts a token of this address that was refused. */
  readonly note: (address: string) => Promise<void>;
};

/** The counts in a table; `now` in milliseconds since 1970. */
export function badTokenCounts(
  dynamo: DynamoDBDocumentClient,
  table: string,
  now: () => number = Date.now,
): BadTokens {
  /** The last minute in which a source was over the limit. */
  const over = recent<number>(mostSources);
  const minute = () => Math.floor(now() / minuteMs);
  return {
    checks: (address) => over.get(attemptSource(address)) !== minute(),
    note: async (address) => {
      const source = attemptSource(address);
      const at = minute();
      const { Attributes } = await dynamo.send(
        new UpdateCommand({
          TableName: table,
          Key: { id: `bad-tokens#${source}#${at}` },
          UpdateExpression: 'ADD failures :one SET expires_at = :end',
          ExpressionAttributeValues: {
            ':one': 1,
            ':end': Math.floor(now() / 1000) + rowLifeSeconds,
          },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      if (Counted.parse(Attributes).failures >= mostBadTokens) over.set(source, at);
    },
  };
}
