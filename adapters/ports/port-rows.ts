/** The rows of ports in the tables `ports` and `networks`, and the conditions under which they are written. */
import { v5 as uuid5 } from 'uuid';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { HostDataPlane } from '../../domain/ports/host-data-plane.ts';
import type { Port } from '../../domain/ports/port.ts';
import type { Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

export type PortTables = { readonly ports: string; readonly networks: string };

/** A tombstone is kept this long, in seconds: nobody reads it, but its stream record may be late. */
const tombstoneSeconds = 24 * 3600;

const namespace = 'b7c1f5a6-9a53-5f0e-8d3c-6a1f0e2d4c55';

/** A project as the beginning of a sort key, which DynamoDB takes up to 1,024 bytes of. */
export const projectKey = (project_id: string): string => `${uuid5(project_id, namespace)}#`;

/** The row with what only its indexes need: a tombstone is in none, and goes after a while. */
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

/** That a port still is as it was read. */
export const unchanged = ({ incarnation, revision }: Port) => ({
  ConditionExpression: 'incarnation = :incarnation AND revision = :revision',
  ExpressionAttributeValues: { ':incarnation': incarnation, ':revision': revision },
});

/** A new port, where there is none of its id, or a tombstone. */
export const insertion = ({ ports }: PortTables, port: Port): Action => ({
  Put: {
    TableName: ports,
    Item: indexed(port),
    ConditionExpression: 'attribute_not_exists(id) OR deleted = :yes',
    ExpressionAttributeValues: { ':yes': true },
  },
});

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

/** Takes the port's MAC address on its network, if nobody has it. */
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

export const macFreed = ({ networks }: PortTables, port: Placed): Action => ({
  Delete: { TableName: networks, Key: macKey(port) },
});

/** The key of what was reported of a host's ports: no port has this id. */
export const planeKey = (host: string) => ({ id: `host#${hostKey(host)}` });

/** That nobody has reported on the host's ports since the report of this number; 0: nobody has at all. */
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

/** Writes what was reported, if nobody has reported since it was read. */
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
