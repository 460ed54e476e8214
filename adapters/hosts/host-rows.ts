/** Keys and rows of the table `hosts`. */

import type { Host } from '../../domain/hosts/host.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

/** The row with the last service number; no host can have this name. */
export const counterKey = { host: '#service-number' };

/**
 * The row with the registered spelling of a name, by its lower-case name; no host can have this
 * name.
 */
export const spellingKey = (name: string) => ({ host: `#spelling#${hostKey(name)}` });

/** Reserves a name for this spelling, on the condition that no other spelling has it. */
export const spelled = (TableName: string, { host: name }: Host): Action => ({
  Put: {
    TableName,
    Item: { ...spellingKey(name), spelling: name },
    ConditionExpression: 'attribute_not_exists(spelling) OR spelling = :name',
    ExpressionAttributeValues: { ':name': name },
  },
});

/**
 * The row with the fields that only indexes and the stream need. `listing` puts it into the list of hosts;
 * tombstones do not have it. By `written_by` the stream is filtered (`infra/reconciler.ts`): a
 * heartbeat invokes no function.
 */
export const indexedHost = (row: Host): Row => ({
  ...row,
  written_by: 'change',
  ...(row.deleted ? {} : { listing: 'host' }),
});
