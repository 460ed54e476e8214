/** Rows of the table `migrations` with the claims of requests to Nova, one for each evacuation. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { MoveClaim } from '../../domain/cloud/move-step.ts';
import { ifUnchanged } from '../dynamodb.ts';

/** The key of a claim; no host can have this name. */
const keyOf = (migration_uuid: string) => ({ source: `#move#${migration_uuid}`, record: '#' });

/** For how long a claim is kept, in seconds: no message is as old. */
const keptSeconds = 30 * 24 * 3600;

export const moveClaims = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** The claim of an evacuation, read consistently; undefined if nothing was requested. */
  moveClaim: async (migration_uuid: string): Promise<MoveClaim | undefined> => {
    const Key = keyOf(migration_uuid);
    const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Item && MoveClaim.parse(Item);
  },

  /** Writes a claim that is as it was read (undefined: there is none yet); false if it is not. */
  saveMoveClaim: (
    migration_uuid: string,
    from: MoveClaim | undefined,
    to: MoveClaim,
  ): Promise<boolean> => {
    const expires_at = Math.ceil(Date.parse(to.at) / 1000) + keptSeconds;
    const Item = { ...keyOf(migration_uuid), ...to, expires_at };
    const condition = from
      ? {
          ConditionExpression: 'asks = :asks AND refused = :refused',
          ExpressionAttributeValues: { ':asks': from.asks, ':refused': from.refused },
        }
      : {
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': 'record' },
        };
    return ifUnchanged(client.send(new PutCommand({ TableName, Item, ...condition })));
  },
});
