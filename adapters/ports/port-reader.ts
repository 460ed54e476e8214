/** Reads the table `ports`. */

import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { hostKey, isSameHost } from '../../domain/hosts/host-name.ts';
import { HostDataPlane } from '../../domain/ports/host-data-plane.ts';
import { Port } from '../../domain/ports/port.ts';
import type { PortIndex, PortIndexReading } from '../../domain/ports/port-index.ts';
import { getAll } from '../dynamodb.ts';
import { idPages } from './port-ids.ts';
import { planeKey } from './port-rows.ts';

/** Reads ports, and the reports on the data plane of their hosts. */
export const portReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The row of an id, read consistently; it may be a tombstone. */
  port: async (id: string): Promise<Port | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    return row && Port.parse(row);
  },

  /** The rows of the ids, with tombstones, read consistently, in any order; unknown ids are left out. */
  ports: async (ids: readonly string[]): Promise<Port[]> => {
    const rows = await getAll(
      client,
      table,
      ids.map((id) => ({ id })),
    );
    return rows.map((row) => Port.parse(row));
  },

  /** The reports on a host's ports, read consistently; undefined without any. */
  dataPlane: async (host: string): Promise<HostDataPlane | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: planeKey(host), ConsistentRead: true }),
    );
    return row && HostDataPlane.parse(row);
  },

  /** The same for several hosts, in the given spelling; hosts without a report are left out. */
  dataPlanes: async (hosts: readonly string[]): Promise<HostDataPlane[]> => {
    const rows = await getAll(client, table, [...new Set(hosts.map(hostKey))].map(planeKey));
    const planes = rows.map((row) => HostDataPlane.parse(row));
    return hosts.flatMap((host) => {
      const plane = planes.find((each) => isSameHost(each.host, host));
      return plane ? [{ ...plane, host }] : [];
    });
  },

  /** The ids in an index, in pages. Within a project they are in order. */
  portIds: (among: PortIndex, walk: PortIndexReading = {}): AsyncGenerator<string[]> =>
    idPages(client, table, among, walk),
});
