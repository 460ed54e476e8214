/** Users and projects to look up, in the table `identity`. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Project, User } from '../../domain/identity/identity.ts';
import { getAll, ifUnchanged, queryPages } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

const Key = z.object({ id: z.string() });

export type Directory = {
  /** The project with an id, read consistently; undefined if no user was ever registered in it. */
  readonly project: (id: string) => Promise<Project | undefined>;
  /** All projects, by name. */
  readonly projects: () => Promise<Project[]>;
  /** All users, by name. */
  readonly users: () => Promise<User[]>;
};

/** Lists are found by an index; each row in them is read consistently. */
export function directory(dynamo: DynamoDBDocumentClient, table: string): Directory {
  const listed = async <T extends { readonly name: string }>(
    kind: 'user' | 'project',
    schema: z.ZodType<T>,
  ): Promise<T[]> => {
    const pages = queryPages(dynamo, {
      TableName: table,
      IndexName: 'listing',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': kind },
    });
    const keys = [];
    for await (const page of pages) keys.push(...page.map((row) => Key.parse(row)));
    const rows = await getAll(
      dynamo,
      table,
      keys.map(({ id }) => ({ id })),
    );
    return rows
      .map((row) => schema.parse(row))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  };
  return {
    project: async (id) => {
      const { Item } = await dynamo.send(
        new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
      );
      return Item?.kind === 'project' ? Project.parse(Item) : undefined;
    },
    projects: () => listed('project', Project),
    users: () => listed('user', User),
  };
}

/** Creates the projects that do not exist. A project never changes. */
export const projectWriter =
  (dynamo: DynamoDBDocumentClient, table: string) =>
  async (projects: readonly Project[]): Promise<void> => {
    await inParallel(projects, 8, ({ id, name }) =>
      ifUnchanged(
        dynamo.send(
          new PutCommand({
            TableName: table,
            Item: { id, name, kind: 'project' },
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        ),
      ),
    );
  };
