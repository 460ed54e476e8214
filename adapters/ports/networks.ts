/**
 * The table `networks`: a network has a row of kind `network`, and one of kind `mac#<address>` for
 * each MAC address that a port has on it, registered or not.
 */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { Network } from '../../domain/ports/network.ts';
import { getAll, ifUnchanged, queryPages } from '../dynamodb.ts';

const kind = 'network';

const indexed = (network: Network) => ({
  ...network,
  kind,
  live: kind,
  in_project: `project#${network.project_id}`,
});

/** The condition that a network is as it was read. Rows written before version 0.2 have no revision. */
const unchanged = ({ revision, created_at }: Network) => ({
  ConditionExpression:
    'revision = :revision AND created_at = :made OR attribute_exists(kind) AND attribute_not_exists(revision)',
  ExpressionAttributeValues: { ':revision': revision, ':made': created_at },
});

export const networkStore = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (ids: readonly string[]): Promise<Network[]> => {
    const keys = ids.map((network_id) => ({ network_id, kind }));
    return (await getAll(client, table, keys)).map((row) => Network.parse(row));
  };
  return {
    /** The networks of the ids, read consistently, in any order; unregistered ones are left out. */
    networks: read,

    /** The networks of a project (undefined: all), by an index; each is read consistently. */
    networksOf: async (project_id: string | undefined): Promise<Network[]> => {
      const index =
        project_id === undefined
          ? { name: 'listing', key: 'live', value: kind }
          : { name: 'byProject', key: 'in_project', value: `project#${project_id}` };
      const query = {
        TableName: table,
        IndexName: index.name,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': index.key },
        ExpressionAttributeValues: { ':value': index.value },
      };
      const ids: string[] = [];
      for await (const page of queryPages(client, query)) {
        ids.push(...page.map(({ network_id }) => String(network_id)));
      }
      return (await read(ids)).sort((a, b) => (a.network_id < b.network_id ? -1 : 1));
    },

    /** False if the id is in use. */
    insertNetwork: (network: Network): Promise<boolean> =>
      ifUnchanged(
        client.send(
          new PutCommand({
            TableName: table,
            Item: indexed(network),
            ConditionExpression: 'attribute_not_exists(kind)',
          }),
        ),
      ),

    /** False if the network is no longer as it was read. */
    saveNetwork: (from: Network, to: Network): Promise<boolean> =>
      ifUnchanged(
        client.send(new PutCommand({ TableName: table, Item: indexed(to), ...unchanged(from) })),
      ),

    /** Deletes a network; false if it is no longer as it was read. */
    removeNetwork: (network: Network): Promise<boolean> =>
      ifUnchanged(
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: { network_id: network.network_id, kind },
            ...unchanged(network),
          }),
        ),
      ),
  };
};
