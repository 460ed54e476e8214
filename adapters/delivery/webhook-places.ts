/** The table `places`: which batches of webhooks are under way for a project. */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  hungSeconds,
  placeName,
  placeSeconds,
  secondsAfter,
  type Taken,
  WebhookPlace,
} from '../../domain/delivery/webhook-place.ts';
import { conditional } from '../conditional.ts';
import { ifUnchanged } from '../dynamodb.ts';

type Held = Pick<WebhookPlace, 'place' | 'holder'>;

type Settings = {
  readonly table: string;
  /** Places of a project. */
  readonly perProject: number;
  /** How many of them are tried, from a random one on; absent: all. */
  readonly mostTries?: number;
  /** A new id for the holder of a place. */
  readonly newId: () => string;
  readonly now: () => string;
};

/** A row whose place was not given back expires a day later. */
const expiryOf = (until: string): number => Math.ceil(Date.parse(until) / 1000) + 86_400;

/** Takes a place; returns the row of its holder if it is not free, else undefined. */
async function holderOf(
  client: DynamoDBDocumentClient,
  { table, now }: Pick<Settings, 'table' | 'now'>,
  row: WebhookPlace,
): Promise<WebhookPlace | undefined> {
  const outcome = await conditional(
    client.send(
      new PutCommand({
        TableName: table,
        Item: { ...row, expires_at: expiryOf(row.until) },
        ConditionExpression: 'attribute_not_exists(place) OR #until < :now',
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':now': now() },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  if (outcome.kind === 'conflict') throw outcome.error;
  if (outcome.kind === 'written') return undefined;
  return { ...row, ...WebhookPlace.partial().parse(outcome.row) };
}

/** Takes places of projects, and gives them back. */
export function webhookPlaces(client: DynamoDBDocumentClient, settings: Settings) {
  const { table, perProject, mostTries = perProject, newId, now } = settings;

  /** Writes that a receiver hangs. Nothing happens if the place has another holder by now. */
  async function sayHung({ place, holder }: Held, until: string): Promise<void> {
    await ifUnchanged(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { place },
          ConditionExpression: 'holder = :holder',
          UpdateExpression: 'SET #until = :until, hung = :hung, expires_at = :expires',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: {
            ':holder': holder,
            ':until': until,
            ':hung': true,
            ':expires': expiryOf(until),
          },
        }),
      ),
    );
  }

  return {
    /** Takes a place of the project, if one is free. */
    take: async (project_id: string): Promise<Taken> => {
      const holder = newId();
      const until = secondsAfter(now(), placeSeconds);
      const first = Math.floor(Math.random() * perProject);
      let hung = false;
      for (let n = 0; n < Math.min(perProject, mostTries); n++) {
        const place = placeName(project_id, (first + n) % perProject);
        const other = await holderOf(client, settings, { place, holder, until, hung: false });
        if (!other) return { place, holder };
        hung ||= other.hung;
      }
      return { full: hung ? 'hung' : 'busy' };
    },

    /** Gives a place back. Nothing happens if it has another holder by now. */
    giveBack: async ({ place, holder }: Held): Promise<void> => {
      await ifUnchanged(
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: { place },
            ConditionExpression: 'holder = :holder',
            ExpressionAttributeValues: { ':holder': holder },
          }),
        ),
      );
    },

    /** Keeps a place from its project for a while: a receiver hung. */
    keep: (held: Held): Promise<void> => sayHung(held, secondsAfter(now(), hungSeconds)),

    /** Says that a receiver keeps the holder waiting, so that others do not wait for the place. */
    noteWaiting: (held: Held): Promise<void> => sayHung(held, secondsAfter(now(), placeSeconds)),
  };
}
