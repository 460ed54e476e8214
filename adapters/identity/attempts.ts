/** The table `attempts`: the failed and the unfinished logins of each source. */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type AttemptLimits, countersOf } from '../../domain/identity/attempts.ts';
import { ifUnchanged } from '../dynamodb.ts';

export type Attempts = {
  /**
   * Counts an attempt before the password is checked, so that many attempts at once do not exceed the
   * limit. False if the limit is reached; the attempt is then not counted.
   */
  readonly begin: (subject: string, source: string) => Promise<boolean>;
  /** Records that an attempt succeeded: it and the earlier attempts on this subject do not count. */
  readonly succeed: (subject: string, source: string) => Promise<void>;
};

/** Counters under the limits; `now` in milliseconds since 1970. */
export function attemptStore(
  dynamo: DynamoDBDocumentClient,
  { table, limits }: { readonly table: string; readonly limits: AttemptLimits },
  now: () => number = Date.now,
): Attempts {
  const update = (id: string, rest: Omit<UpdateCommandInput, 'TableName' | 'Key'>) =>
    ifUnchanged(dynamo.send(new UpdateCommand({ TableName: table, Key: { id }, ...rest })));

  const count = async (id: string, limit: number): Promise<boolean> => {
    const seconds = Math.floor(now() / 1000);
    const times = { ':now': seconds, ':end': seconds + limits.windowSeconds };
    const counted = () =>
      update(id, {
        UpdateExpression: 'ADD failures :one SET expires_at = if_not_exists(expires_at, :end)',
        ConditionExpression:
          'attribute_not_exists(id) OR (expires_at > :now AND failures < :limit)',
        ExpressionAttributeValues: { ...times, ':one': 1, ':limit': limit },
      });
    // DynamoDB deletes an expired row some time later.
    const begun = () =>
      update(id, {
        UpdateExpression: 'SET failures = :one, expires_at = :end',
        ConditionExpression: 'expires_at <= :now',
        ExpressionAttributeValues: { ...times, ':one': 1 },
      });
    return (await counted()) || (await begun()) || counted();
  };

  return {
    begin: async (subject, source) => {
      for (const { id, limit } of countersOf(limits, subject, source)) {
        if (!(await count(id, limit))) return false;
      }
      return true;
    },
    succeed: async (subject, source) => {
      const [onSubject, onAll] = countersOf(
        { ...limits, perUser: 1, perSource: 1 },
        subject,
        source,
      );
      await Promise.all([
        onSubject &&
          dynamo.send(new DeleteCommand({ TableName: table, Key: { id: onSubject.id } })),
        onAll &&
          update(onAll.id, {
            UpdateExpression: 'ADD failures :back',
            ConditionExpression: 'failures > :none',
            ExpressionAttributeValues: { ':back': -1, ':none': 0 },
          }),
      ]);
    },
  };
}
