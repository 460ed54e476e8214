/** The rows of the table `places` that say which round of a project is the newest. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ProjectRound, roundPlace } from '../../domain/alarms/project-round.ts';
import { mostTries, pauseAfter } from '../back-off.ts';
import { conditional } from '../conditional.ts';
import type { Action } from '../transactions.ts';

type Settings = {
  readonly table: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A row is written in each round with an alarm. It expires a day after the last one, in seconds. */
const keptSeconds = 86_400;

/** Begins rounds of projects. */
export const projectRounds = (client: DynamoDBDocumentClient, { table, now }: Settings) => ({
  /**
   * Records that a round of the project begins, unless a newer one has begun. The first evaluator
   * of a round writes; the others only read.
   * @returns the newest round that has begun. @throws the last conflict with writers that do not end.
   */
  beginRound: async (project_id: string, round: number): Promise<ProjectRound> => {
    const Key = { place: roundPlace(project_id) };
    for (let tries = 1; ; tries++) {
      const read = new GetCommand({ TableName: table, Key, ConsistentRead: true });
      const newest = ProjectRound.safeParse((await client.send(read)).Item).data;
      if (newest && newest.round >= round) return newest;
      const outcome = await conditional(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key,
            ConditionExpression: 'attribute_not_exists(place) OR round < :round',
            UpdateExpression:
              'SET round = :round, written_before = if_not_exists(written_at, :never), expires_at = :expires',
            ExpressionAttributeValues: {
              ':round': round,
              ':never': '',
              ':expires': Math.ceil(now() / 1_000) + keptSeconds,
            },
            ReturnValues: 'ALL_NEW',
          }),
        ),
      );
      if (outcome.kind === 'written') return ProjectRound.parse(outcome.answer.Attributes);
      // Refused: another evaluator has begun it, or a newer one. The next read says which.
      if (outcome.kind === 'conflict') {
        if (tries >= mostTries) throw outcome.error;
        await pauseAfter(tries);
      }
    }
  },
});

/**
 * The action by which a transaction succeeds only while the round is the newest of its project. It
 * also notes when the round wrote.
 */
export const whileNewest = (
  TableName: string,
  { project_id, round, now }: { project_id: string; round: number; now: string },
): Action => ({
  Update: {
    TableName,
    Key: { place: roundPlace(project_id) },
    ConditionExpression: 'round = :round',
    UpdateExpression: 'SET written_at = :now',
    ExpressionAttributeValues: { ':round': round, ':now': now },
  },
});
