/** The table `affected`: the instances and ports of a project that a fault changed. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Affected, mostAffected, placeOfFault } from '../../domain/hosts/affected.ts';
import { getAll, growingPages, ifUnchanged, queryPages } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

/** How many rows are written at once. */
const width = 4;
/** How many faults are read at once. */
const lookups = 8;

/** Writes the table. */
export const affectedNotes = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * Adds uuids to the rows of faults and projects; a uuid that is there already is not added again. A
   * row that has `mostAffected` uuids is left as it is: it could get too large.
   */
  noteAffected: async (affected: readonly Affected[]): Promise<void> => {
    await inParallel(affected, width, ({ fault_id, project_id, at, uuids }) =>
      ifUnchanged(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { fault_id, project_id },
            UpdateExpression:
              'ADD uuids :uuids SET #at = if_not_exists(#at, :at), ' +
              'sort_key = if_not_exists(sort_key, :place)',
            ConditionExpression: 'attribute_not_exists(uuids) OR size(uuids) < :most',
            ExpressionAttributeNames: { '#at': 'at' },
            ExpressionAttributeValues: {
              ':uuids': new Set(uuids),
              ':at': at,
              ':place': placeOfFault({ at, fault_id }),
              ':most': mostAffected,
            },
          }),
        ),
      ),
    );
  },
});

/** Reads the table. */
export const affectedStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** The rows of the faults, for all projects. */
  affectedBy: async (fault_ids: readonly string[]): Promise<Affected[]> => {
    const rows = await inParallel(fault_ids, lookups, async (fault_id) => {
      const found: Affected[] = [];
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'fault_id = :id',
        ExpressionAttributeValues: { ':id': fault_id },
      };
      for await (const page of queryPages(client, query)) {
        found.push(...page.map((row) => Affected.parse(row)));
      }
      return found;
    });
    return rows.flat();
  },

  /** The rows of the faults, for one project; faults that changed nothing in it are left out. */
  affectedIn: async (project_id: string, fault_ids: readonly string[]): Promise<Affected[]> => {
    const keys = fault_ids.map((fault_id) => ({ fault_id, project_id }));
    return (await getAll(client, table, keys)).map((row) => Affected.parse(row));
  },

  /**
   * Ids of the faults that changed something in a project, newest first, with sort keys
   * (`placeOfFault`) from `from` to `to`, both included.
   */
  faultsOfProject: async function* (
    project_id: string,
    { from, to }: { readonly from: string; readonly to: string },
    first: number,
  ): AsyncGenerator<string[]> {
    const query = {
      TableName: table,
      IndexName: 'byProject',
      KeyConditionExpression: 'project_id = :project AND sort_key BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':project': project_id, ':from': from, ':to': to },
      ScanIndexForward: false,
    };
    for await (const page of growingPages(client, query, { first, longest: 100 })) {
      yield page.map(({ fault_id }) => String(fault_id));
    }
  },
});
