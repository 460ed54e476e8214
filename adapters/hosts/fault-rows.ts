/** The writes of a fault's row: opened with what it is a fault of, and closed with it. */
import { placeOfFault } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import type { Action } from '../transactions.ts';

/** Puts the row of a fault, which is in the lists of open and of all faults. */
export const openedFault = (table: string, fault: Fault): Action => ({
  Put: {
    TableName: table,
    Item: { ...fault, ...{ open: 'fault', live: 'fault', sort_key: placeOfFault(fault) } },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': 'host' },
  },
});

/** Takes a fault out of the list of open ones. */
export const closedFault = (
  table: string,
  { host, number, at }: Pick<Fault, 'host' | 'number' | 'at'>,
): Action => ({
  Update: {
    TableName: table,
    Key: { host, number },
    UpdateExpression: 'SET cleared_at = :at REMOVE #open',
    ExpressionAttributeNames: { '#open': 'open' },
    ExpressionAttributeValues: { ':at': at },
  },
});
