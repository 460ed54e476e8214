/** Conditions on rows of the table `hosts`, for writes. */

import type { Host } from '../../domain/hosts/host.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import type { Action } from '../transactions.ts';

/**
 * The condition that a row is as it was read, or that there is still none. It includes `held_number`,
 * `reported_at` and `last_seen_up`, which change without a new revision and must never go back.
 */
export function unchangedHost(from: Host | undefined) {
  if (!from)
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'host' },
    };
  const { condition, values } = noHeartbeatSince(from);
  return {
    ConditionExpression: `${asRead} AND reported_at = :reported_at AND ${condition} AND ${heldAsRead(from)}`,
    ExpressionAttributeValues: {
      ...valuesOf(from),
      ...values,
      ':held_number': from.held_number,
      ':reported_at': from.reported_at,
    },
  };
}

/** The condition that what holds a host down has not changed since the host was read. */
const heldAsRead = ({ held_number }: Host): string =>
  held_number === 0
    ? '(attribute_not_exists(held_number) OR held_number = :held_number)'
    : 'held_number = :held_number';

const asRead = 'incarnation = :incarnation AND revision = :revision';

const valuesOf = ({ incarnation, revision }: Host) => ({
  ':incarnation': incarnation,
  ':revision': revision,
});

/** The condition that a host has sent no heartbeat since it was read. */
const noHeartbeatSince = ({ last_seen_up }: Host) => ({
  condition: last_seen_up === null ? 'attribute_type(last_seen_up, :seen)' : 'last_seen_up = :seen',
  values: { ':seen': last_seen_up ?? 'NULL' },
});

/** The condition that a host is as it was read, for a transaction that writes other rows. */
export function hostUnchanged(TableName: string, { host, noHeartbeat }: ExpectedHost): Action {
  const quiet = noHeartbeat ? noHeartbeatSince(host) : undefined;
  return {
    ConditionCheck: {
      TableName,
      Key: { host: host.host },
      ConditionExpression: quiet ? `${asRead} AND ${quiet.condition}` : asRead,
      ExpressionAttributeValues: { ...valuesOf(host), ...quiet?.values },
    },
  };
}
