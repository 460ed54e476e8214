/** The writes of a condition's row, made alone or in one transaction with the row of its target. */
import { type Condition, placeOfCondition, targetKey } from '../../domain/conditions/condition.ts';
import type { EndedConditions } from '../../domain/hosts/service-update.ts';
import type { ConditionWrite } from '../../flows/write-report.ts';
import type { Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

/** How long a condition is kept after it ended. */
const keptSeconds = 30 * 86_400;

const expiryOf = (at: string): number => Math.floor(Date.parse(at) / 1_000) + keptSeconds;

/**
 * The row with the fields that only indexes need. `open` is there while it is raised, or holds its target;
 * such a row does not expire. `raised_by` is its source, while it is raised.
 */
const indexed = (condition: Condition): Row => {
  const open = condition.state === 'raised' || condition.held;
  return {
    ...condition,
    live: 'condition',
    sort_key: placeOfCondition(condition),
    on_target: targetKey(condition.target),
    ...(condition.state === 'raised' && { raised_by: condition.source }),
    ...(open ? { open: 'condition' } : { expires_at: expiryOf(condition.cleared_at ?? '') }),
  };
};

/** Puts a condition, on the condition that its row is as it was read. */
export const writtenCondition = (
  TableName: string,
  { from, to }: ConditionWrite,
): NonNullable<Action['Put']> => ({
  TableName,
  Item: indexed(to),
  ...(from
    ? {
        ConditionExpression: 'revision = :revision',
        ExpressionAttributeValues: { ':revision': from.revision },
      }
    : { ConditionExpression: 'attribute_not_exists(condition_id)' }),
});

/** Ends the conditions that held a host: their rows are there, because they end with the host's row. */
export const endedConditions = (
  TableName: string,
  { holders, reason }: EndedConditions,
  { at, user_id }: { readonly at: string; readonly user_id: string },
): Action[] =>
  holders.map(({ condition_id, cleared }) => ({
    Update: {
      TableName,
      Key: { condition_id },
      UpdateExpression: `SET held = :no, expires_at = :expiry${cleared ? '' : ended} REMOVE #open, raised_by ADD revision :one`,
      ExpressionAttributeNames: { '#open': 'open', ...(!cleared && { '#state': 'state' }) },
      ExpressionAttributeValues: {
        ':no': false,
        ':expiry': expiryOf(at),
        ':one': 1,
        ...(!cleared && { ':cleared': 'cleared', ':at': at, ':by': { user_id, reason } }),
      },
    },
  }));

const ended = ', #state = :cleared, cleared_at = :at, cleared_by = :by';
