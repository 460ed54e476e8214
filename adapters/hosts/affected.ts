/** The table `affected`: which instances of a project a fault touched. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Affected, mostAffected, placeOfFault } from '../../domain/hosts/affected.ts';
import { getAll, growingPages, ifUnchanged, queryPages } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

/** Rows written at once. */
const width = 4;
/** Faults whose projects are looked up at once. */
const lookups = 8;

export const affectedNotes = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * Adds to what is known of each fault and project; what is known already stays one. Past
   * `mostAffected` instances a fault and project nothing is added: the row would not fit.
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

export const affectedStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** What the faults touched in all projects. */
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

  /** What the faults touched in one project; a fault that touched nothing there is left out. */
  affectedIn: async (project_id: string, fault_ids: readonly string[]): Promise<Affected[]> => {
    const keys = fault_ids.map((fault_id) => ({ fault_id, project_id }));
    return (await getAll(client, table, keys)).map((row) => Affected.parse(row));
  },

  /** Ids of the faults that touched a project, newest first, placed between the two (inclusive). */
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
