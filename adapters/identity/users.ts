import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { User } from '../../domain/identity/identity.ts';

export type Users = {
  /** The user with an id, read consistently; undefined if there is none. */
  readonly get: (id: string) => Promise<User | undefined>;
  /** Writes a user, whoever was there under that id before. */
  readonly put: (user: User) => Promise<'created' | 'replaced'>;
};

/** The table `identity`: a row a user, keyed by id. */
export const makeUsers = (dynamo: DynamoDBDocumentClient, table: string): Users => ({
  get: async (id) => {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    return Item && User.parse(Item);
  },
  put: async (user) => {
    const { Attributes } = await dynamo.send(
      new PutCommand({ TableName: table, Item: user, ReturnValues: 'ALL_OLD' }),
    );
    return Attributes ? 'replaced' : 'created';
  },
});
