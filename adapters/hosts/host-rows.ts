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

/** The tables of hosts. */
export type HostTables = { readonly hosts: string; readonly roster: string };

/**
 * The row with the field by which the stream is filtered (`infra/reconciler.ts`): a heartbeat invokes no
 * function.
 */
export const streamedHost = (row: Host): Row => ({ ...row, written_by: 'change' });
