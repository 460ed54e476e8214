/** Many small transactions in few requests. */
import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { mostTries, pauseAfter } from './back-off.ts';
import { ifUnchanged } from './dynamodb.ts';

export type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

type Pending = { readonly place: number; readonly actions: readonly Action[] };

/**
 * Carries out groups of actions, each group whole or not at all, all in one transaction if nothing
 * stands in the way of any: else the others go on without those.
 * @param groups at most 100 actions in all, no two of them on one row.
 * @returns for each group the positions of its actions whose conditions did not hold; none for a group
 * that was carried out. Throws if a transaction fails for any other reason, conflicts that do
 * not end among them.
 */
export async function transactGroups(
  client: DynamoDBDocumentClient,
  groups: readonly (readonly Action[])[],
): Promise<(readonly number[])[]> {
  const verdicts: (readonly number[])[] = groups.map(() => []);
  let pending: Pending[] = groups.map((actions, place) => ({ place, actions }));
  for (let tries = 1; pending.length > 0; tries++) {
    const cancelled = await attempt(client, pending);
    if (!cancelled) break;
    const left = pending.filter(({ place, actions }) => {
      const positions = cancelled.reasons
        .splice(0, actions.length)
        .flatMap(({ Code }, position) => (Code === 'ConditionalCheckFailed' ? [position] : []));
      verdicts[place] = positions;
      return positions.length === 0;
    });
    if (left.length === pending.length) {
      if (tries >= mostTries) throw cancelled.error;
      await pauseAfter(tries);
    }
    pending = left;
  }
  return verdicts;
}

type Cancelled = { readonly error: Error; readonly reasons: CancellationReason[] };

/** Undefined if the transaction went through. */
async function attempt(
  client: DynamoDBDocumentClient,
  pending: readonly Pending[],
): Promise<Cancelled | undefined> {
  const TransactItems = pending.flatMap(({ actions }) => actions);
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    return { error, reasons: [...(error.CancellationReasons ?? [])] };
  }
}

/**
 * One transaction. `written`; or the position of the first action whose condition did not hold; or
 * `conflict` where another transaction was under way on a row. Throws if it fails for any other reason.
 */
export async function transact(
  client: DynamoDBDocumentClient,
  actions: readonly Action[],
): Promise<'written' | 'conflict' | number> {
  const cancelled = await attempt(client, [{ place: 0, actions }]);
  if (!cancelled) return 'written';
  const codes = cancelled.reasons.map(({ Code = 'None' }) => Code);
  const failed = codes.indexOf('ConditionalCheckFailed');
  if (failed >= 0) return failed;
  if (codes.includes('TransactionConflict')) return 'conflict';
  throw cancelled.error;
}

/**
 * One transaction, tried again while others are under way on its rows: evacuations of a whole host
 * meet there. False if a condition did not hold, or if the others do not end: it is to be read again.
 */
export async function transactPatiently(
  client: DynamoDBDocumentClient,
  actions: readonly Action[],
): Promise<boolean> {
  let held = true;
  const ended = await ifUnchanged(
    transactGroups(client, [actions]).then(([refused]) => {
      held = !refused?.length;
    }),
  );
  return ended && held;
}
