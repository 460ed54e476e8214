/** The notifications of a fault, by the keys of their index in the table `history`. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';

/** The most pages that are read, of a megabyte each: some 5,000 notifications. */
const mostPages = 1;

/** Reads which notifications a fault caused. */
export const faultFirings = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * Places (`faultPlaceOf`) of the notifications of a fault, in all projects or in one, in their order; not
   * complete if there are more than were read.
   */
  firingsOfFault: async (
    fault_id: string,
    project_id: string | undefined,
  ): Promise<{ readonly places: readonly string[]; readonly complete: boolean }> => {
    const places: string[] = [];
    let start: Record<string, unknown> | undefined;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byFault',
          KeyConditionExpression: `fault_id = :fault${
            project_id === undefined ? '' : ' AND begins_with(fault_place, :project)'
          }`,
          ExpressionAttributeValues: {
            ':fault': fault_id,
            ...(project_id !== undefined && { ':project': `${project_id}#` }),
          },
          ExclusiveStartKey: start,
        }),
      );
      places.push(...(page.Items ?? []).map(({ fault_place }) => String(fault_place)));
      start = page.LastEvaluatedKey;
      if (start === undefined) return { places, complete: true };
    }
    return { places, complete: false };
  },
});
