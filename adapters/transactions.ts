/** Many small transactions in few requests. */
import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { mostTries, pauseAfter } from './back-off.ts';
import { ifUnchanged } from './dynamodb.ts';

/** The most actions in a transaction. */
export const mostActions = 100;

export type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

type Pending = { readonly place: number; readonly actions: readonly Action[] };

/**
 * Writes groups of actions, each group completely or not at all. All groups are one transaction; if
 * conditions of some groups fail, the other groups are tried again without them.
 * @param groups at most 100 actions in all, no two of them on one row.
 * @returns for each group the positions of its actions whose conditions failed; empty for a group that
 * was written. @throws any other error of a transaction, also conflicts that do not end.
 */
export async function transactGroups(
  client: DynamoDBDocumentClient,
  groups: readonly (readonly Action[])[],
): Promise<(readonly number[])[]> {
  // Without a guard there is always a result.
  return (await groupsWritten(client, [], groups)) ?? [];
}

/**
 * The same, on condition that the condition of another action holds; that action is written with them.
 * @param groups at most 99 actions in all.
 * @returns undefined, and nothing was written, if the condition of `guard` failed.
 */
export const transactWhile = (
  client: DynamoDBDocumentClient,
  guard: Action,
  groups: readonly (readonly Action[])[],
): Promise<(readonly number[])[] | undefined> => groupsWritten(client, [guard], groups);

const isRefused = ({ Code }: CancellationReason): boolean => Code === 'ConditionalCheckFailed';

async function groupsWritten(
  client: DynamoDBDocumentClient,
  guard: readonly Action[],
  groups: readonly (readonly Action[])[],
): Promise<(readonly number[])[] | undefined> {
  const verdicts: (readonly number[])[] = groups.map(() => []);
  let pending: Pending[] = groups.map((actions, place) => ({ place, actions }));
  for (let tries = 1; pending.length > 0; tries++) {
    const cancelled = await attempt(client, [{ place: -1, actions: guard }, ...pending]);
    if (!cancelled) break;
    if (cancelled.reasons.splice(0, guard.length).some(isRefused)) return undefined;
    const left = pending.filter(({ place, actions }) => {
      const positions = cancelled.reasons
        .splice(0, actions.length)
        .flatMap((reason, position) => (isRefused(reason) ? [position] : []));
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

/** Runs one transaction; undefined if it succeeded, else the reasons of its cancellation. */
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
 * Runs one transaction.
 * @returns `written`, the position of the first action whose condition failed, or `conflict` if another
 * transaction was writing one of the rows. @throws any other error.
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
 * Runs one transaction, and tries again while other transactions write its rows: the evacuations of a
 * whole host write the same rows.
 * @returns false if a condition failed, or if the other transactions did not end: the caller reads again.
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
