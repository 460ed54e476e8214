/** The rows of ports in the tables `ports` and `networks`, and the conditions of their writes. */
import { v5 as uuid5 } from 'uuid';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { HostDataPlane } from '../../domain/ports/host-data-plane.ts';
import type { Port } from '../../domain/ports/port.ts';
import type { Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

export type PortTables = { readonly ports: string; readonly networks: string };

/** How long a tombstone is kept, in seconds: its stream record may be late. */
const tombstoneSeconds = 24 * 3600;

const namespace = 'b7c1f5a6-9a53-5f0e-8d3c-6a1f0e2d4c55';

/** The start of a sort key for a project. It is a hash, because a sort key has at most 1,024 bytes. */
export const projectKey = (project_id: string): string => `${uuid5(project_id, namespace)}#`;

/** The row with the attributes of its indexes. A tombstone is in no index, and expires. */
export function indexed(port: Port): Row {
  if (port.deleted) {
    return {
      ...port,
      expires_at: Math.ceil(Date.parse(port.updated_at) / 1000) + tombstoneSeconds,
    };
  }
  return {
    ...port,
    live: 'port',
    in_project: `project#${port.project_id}`,
    in_order: `${projectKey(port.project_id)}${port.id}`,
    // An index's key cannot be empty: a port on no host is in no host's index.
    on_host: hostKey(port['binding:host_id']) || undefined,
    on_device: port.device_id || undefined,
    named: port.name || undefined,
  };
}

/** The condition that a port is as it was read. */
export const unchanged = ({ incarnation, revision }: Port) => ({
  ConditionExpression: 'incarnation = :incarnation AND revision = :revision',
  ExpressionAttributeValues: { ':incarnation': incarnation, ':revision': revision },
});

/**
 * Writes a new port, if no port has its id. A tombstone is replaced, but not by a port of a cloud
 * that was read before the tombstone was written.
 */
export const insertion = ({ ports }: PortTables, port: Port): Action => {
  const mirrors = port.mirrored_revision !== undefined;
  return {
    Put: {
      TableName: ports,
      Item: indexed(port),
      ConditionExpression: `attribute_not_exists(id) OR deleted = :yes${mirrors ? ' AND updated_at < :at' : ''}`,
      ExpressionAttributeValues: { ':yes': true, ...(mirrors && { ':at': port.updated_at }) },
    },
  };
};

/** Writes a port that is as it was read. */
export const replacement = (
  { ports }: Pick<PortTables, 'ports'>,
  from: Port,
  to: Port,
): Action => ({
  Put: { TableName: ports, Item: indexed(to), ...unchanged(from) },
});

type Placed = Pick<Port, 'network_id' | 'mac_address'>;

/** The row that holds a MAC address on its network. */
export const macKey = ({ network_id, mac_address }: Placed) => ({
  network_id,
  kind: `mac#${mac_address}`,
});

/** Takes the port's MAC address on its network, if it is free. */
export const macTaken = ({ networks }: PortTables, port: Port): Action => ({
  Put: {
    TableName: networks,
    Item: {
      ...macKey(port),
      port_id: port.id,
      incarnation: port.incarnation,
      taken_at: port.updated_at,
    },
    ConditionExpression: 'attribute_not_exists(kind)',
  },
});

/** Frees the port's MAC address on its network. */
export const macFreed = ({ networks }: PortTables, port: Placed): Action => ({
  Delete: { TableName: networks, Key: macKey(port) },
});

/** The key of the row of a host's reports. No port has this id. */
export const planeKey = (host: string) => ({ id: `host#${hostKey(host)}` });

/** The condition that the newest report on the host's ports has this number; 0: there is no report. */
export const planeUnchanged = (
  { ports }: Pick<PortTables, 'ports'>,
  { host, number }: { readonly host: string; readonly number: number },
): Action => ({
  ConditionCheck: {
    TableName: ports,
    Key: planeKey(host),
    ...(number === 0
      ? { ConditionExpression: 'attribute_not_exists(id)' }
      : {
          ConditionExpression: '#number = :number',
          ExpressionAttributeNames: { '#number': 'number' },
          ExpressionAttributeValues: { ':number': number },
        }),
  },
});

/** Writes the row of a host's reports, if it is as it was read. */
export const planeWrite = (
  { ports }: Pick<PortTables, 'ports'>,
  before: HostDataPlane | undefined,
  plane: HostDataPlane,
): Action => ({
  Put: {
    TableName: ports,
    Item: { ...planeKey(plane.host), ...plane },
    ...(before
      ? {
          ConditionExpression: '#number = :number AND fault_series = :series',
          ExpressionAttributeNames: { '#number': 'number' },
          ExpressionAttributeValues: {
            ':number': before.number,
            ':series': before.fault_series,
          },
        }
      : { ConditionExpression: 'attribute_not_exists(id)' }),
  },
});
