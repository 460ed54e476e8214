/** The MAC addresses of ports on their networks: each has a row in the table `networks`. */
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Port } from '../../domain/ports/port.ts';
import { getAll, ifUnchanged, queryPages } from '../dynamodb.ts';
import { macKey, type PortTables } from './port-rows.ts';

/** A MAC address whose port does not exist after this time is free: the process that took it has died. */
const abandonedMs = 60_000;

const Taken = z.object({
  kind: z.string(),
  port_id: z.string(),
  incarnation: z.string(),
  taken_at: z.string(),
});
type Taken = z.infer<typeof Taken>;

const isRecent = ({ taken_at }: Taken, now: string): boolean =>
  Date.parse(now) - Date.parse(taken_at) < abandonedMs;

export const macStore = (client: DynamoDBDocumentClient, tables: PortTables) => {
  /** Whether an existing port has one of the addresses. */
  const areHeld = async (taken: readonly Taken[]): Promise<boolean> => {
    const ids = new Set(taken.map(({ port_id }) => port_id));
    const rows = await getAll(
      client,
      tables.ports,
      [...ids].map((id) => ({ id })),
    );
    const holders = rows.map((row) => Port.parse(row)).filter(({ deleted }) => !deleted);
    const places = new Set(holders.map((port) => `${port.incarnation} ${macKey(port).kind}`));
    return taken.some(({ incarnation, kind }) => places.has(`${incarnation} ${kind}`));
  };

  return {
    /**
     * Frees the MAC address of the port if it was taken for a port that was never created. False if
     * another port has it, or may soon have it.
     */
    freeAbandonedMac: async (wanted: Port, now: string): Promise<boolean> => {
      const Key = macKey(wanted);
      const { Item: row } = await client.send(
        new GetCommand({ TableName: tables.networks, Key, ConsistentRead: true }),
      );
      if (!row) return true;
      const taken = Taken.parse(row);
      if (isRecent(taken, now) || (await areHeld([taken]))) return false;
      return ifUnchanged(
        client.send(
          new DeleteCommand({
            TableName: tables.networks,
            Key,
            ConditionExpression: 'incarnation = :incarnation AND taken_at = :at',
            ExpressionAttributeValues: { ':incarnation': taken.incarnation, ':at': taken.taken_at },
          }),
        ),
      );
    },

    /** Whether a port is on the network, or may soon be; read consistently. */
    hasPorts: async (network_id: string, now: string): Promise<boolean> => {
      const query = {
        TableName: tables.networks,
        ConsistentRead: true,
        KeyConditionExpression: 'network_id = :id AND begins_with(#kind, :mac)',
        ExpressionAttributeNames: { '#kind': 'kind' },
        ExpressionAttributeValues: { ':id': network_id, ':mac': 'mac#' },
        Limit: 100,
      };
      for await (const page of queryPages(client, query)) {
        const taken = page.map((row) => Taken.parse(row));
        if (taken.some((each) => isRecent(each, now)) || (await areHeld(taken))) return true;
      }
      return false;
    },
  };
};
