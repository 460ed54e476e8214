/** The writes of a fault's row, made in one transaction with the row of the host or data plane. */
import type { Actor } from '../../domain/change.ts';
import { placeOfFault } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import type { Action } from '../transactions.ts';

/**
 * Puts the row of a new fault. It is in the lists of open faults and of all faults.
 * @param write_id of the `WriteProof` of events that are sent beside the transaction.
 */
export const openedFault = (table: string, fault: Fault, write_id?: string): Action => ({
  Put: {
    TableName: table,
    Item: {
      ...fault,
      open: 'fault',
      live: 'fault',
      sort_key: placeOfFault(fault),
      ...(write_id !== undefined && { write_id }),
    },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': 'host' },
  },
});

/** Clears a fault by the caller, at the caller's time: takes it out of the list of open faults. */
export const closedFault = (
  table: string,
  { host, number }: Pick<Fault, 'host' | 'number'>,
  { at, user_id, request_id }: Actor,
): Action => ({
  Update: {
    TableName: table,
    Key: { host, number },
    UpdateExpression: 'SET cleared_at = :at, cleared_by = :by REMOVE #open',
    ExpressionAttributeNames: { '#open': 'open' },
    ExpressionAttributeValues: { ':at': at, ':by': { user_id, request_id } },
  },
});
