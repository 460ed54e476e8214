/** The counts of posts in a minute, as rows of the table `places` that expire. */
import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Counter, roomIn } from '../../domain/delivery/webhook-minute.ts';
import { conditional } from '../conditional.ts';

type Settings = { readonly table: string; readonly now: () => string };

/** A row is deleted an hour after its last count. */
const keptSeconds = 3_600;

/** The attribute with the posts of one project: of a fixed length, whatever the project's id. */
const attributeOf = (project_id: string): string =>
  `of_${createHash('sha256').update(project_id).digest('hex').slice(0, 16)}`;

const Count = z.int().default(0);

/** The key of a receiver may be longer than a key can be. */
const rowKey = (key: string): string =>
  Buffer.byteLength(key) <= 1_024 ? key : createHash('sha256').update(key).digest('hex');

export function webhookMinutes(client: DynamoDBDocumentClient, { table, now }: Settings) {
  const partOf = ({ part }: Counter) => (part ? attributeOf(part.project_id) : undefined);

  /** Adds posts to a count, on condition that it stays within its limits. */
  async function add(counter: Counter, posts: number): Promise<'added' | { room: number }> {
    const part = partOf(counter);
    const conditions = [
      '(attribute_not_exists(posts) OR posts <= :room)',
      ...(part ? ['(attribute_not_exists(#part) OR #part <= :share)'] : []),
    ];
    const outcome = await conditional(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { place: rowKey(counter.key) },
          UpdateExpression: `SET expires_at = :expires ADD posts :posts${part ? ', #part :posts' : ''}`,
          ConditionExpression: conditions.join(' AND '),
          ...(part && { ExpressionAttributeNames: { '#part': part } }),
          ExpressionAttributeValues: {
            ':posts': posts,
            ':room': counter.most - posts,
            ...(counter.part && { ':share': counter.part.most - posts }),
            ':expires': Math.ceil(Date.parse(now()) / 1000) + keptSeconds,
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.kind === 'conflict') throw outcome.error;
    if (outcome.kind === 'written') return 'added';
    const { row } = outcome;
    const counted = { posts: Count.parse(row.posts), ofPart: Count.parse(part && row[part]) };
    return { room: roomIn(counter, counted) };
  }

  return {
    /**
     * Counts as many of the posts as there is room for, or fewer if others count at the same moment.
     * @returns how many those are.
     */
    take: async (counter: Counter, posts: number): Promise<number> => {
      // A first count of more than the whole limit finds no row that its condition could compare.
      const asked = Math.min(posts, roomIn(counter, { posts: 0, ofPart: 0 }));
      const first = await add(counter, asked);
      if (first === 'added') return asked;
      const rest = Math.min(asked, first.room);
      if (rest === 0) return 0;
      return (await add(counter, rest)) === 'added' ? rest : 0;
    },

    /** Takes posts off a count that were not made. */
    giveBack: async (counter: Counter, posts: number): Promise<void> => {
      const part = partOf(counter);
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { place: rowKey(counter.key) },
          UpdateExpression: `ADD posts :less${part ? ', #part :less' : ''}`,
          ...(part && { ExpressionAttributeNames: { '#part': part } }),
          ExpressionAttributeValues: { ':less': -posts },
        }),
      );
    },
  };
}
