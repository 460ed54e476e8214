import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { User } from '../../domain/identity/identity.ts';
import { ifUnchanged } from '../dynamodb.ts';
import { userValidity } from './validity.ts';

export type UserReader = {
  /** The user with an id, read consistently; undefined if there is none. */
  readonly get: (id: string) => Promise<User | undefined>;
};

/** Reads the users of the table `identity`, which has the rows of projects too. The key is the id. */
export const userReader = (dynamo: DynamoDBDocumentClient, table: string): UserReader => ({
  get: async (id) => {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    return Item && Item.kind !== 'project' ? User.parse(Item) : undefined;
  },
});

export type UserChange = {
  /** The row that was read; undefined if there was none. */
  readonly before: User | undefined;
  readonly after: User;
  /** Whether the change ends the user's tokens. */
  readonly endsTokens: boolean;
};

export type Users = UserReader & {
  /** Writes a user; false if it is no longer as it was read. */
  readonly change: (change: UserChange) => Promise<boolean>;
  /** Deletes a user with its tokens and credentials; false if it is no longer as it was read. */
  readonly remove: (user: User) => Promise<boolean>;
};

type Tables = { readonly identity: string; readonly validity: string };

/** Reads and writes users. `now` in milliseconds since 1970. */
export function userStore(
  dynamo: DynamoDBDocumentClient,
  { identity, validity }: Tables,
  now: () => number = Date.now,
): Users {
  const seconds = () => Math.floor(now() / 1000);
  const validityOf = (user_id: string, generation: string | null) => ({
    Put: { TableName: validity, Item: userValidity(user_id, generation, seconds()) },
  });
  return {
    ...userReader(dynamo, identity),
    change: ({ before, after, endsTokens }) => {
      const Put = {
        TableName: identity,
        Item: { ...after, kind: 'user', revision: (before?.revision ?? 0) + 1 },
        ...unchangedSince(before),
      };
      if (!endsTokens) return ifUnchanged(dynamo.send(new PutCommand(Put)));
      const TransactItems = [{ Put }, validityOf(after.id, after.generation)];
      return ifUnchanged(dynamo.send(new TransactWriteCommand({ TransactItems })));
    },
    remove: (user) => {
      const Delete = { TableName: identity, Key: { id: user.id }, ...unchangedSince(user) };
      const TransactItems = [{ Delete }, validityOf(user.id, null)];
      return ifUnchanged(dynamo.send(new TransactWriteCommand({ TransactItems })));
    },
  };
}

/** The condition that a row is as it was read; undefined: that there is none. */
function unchangedSince(before: User | undefined) {
  if (!before) return { ConditionExpression: 'attribute_not_exists(id)' };
  if (before.revision === undefined) {
    return { ConditionExpression: 'attribute_exists(id) AND attribute_not_exists(revision)' };
  }
  return {
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':revision': before.revision },
  };
}
