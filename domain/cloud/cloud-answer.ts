/** The answer of a cloud to a request that changes something. */

/**
 * `refused`: the cloud answered with a 4xx, and changed nothing. `unknown`: it answered with a 5xx, or
 * not at all, so it may have done what was requested. `reason`: for an administrator. `unanswered`: the
 * cloud did not answer an earlier attempt of the accepted request, and may carry it out late.
 */
export type CloudAnswer =
  | { readonly kind: 'accepted'; readonly unanswered?: true }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The longest reason that is kept. */
const reasonCharacters = 1_000;

/** The text of an error, for an administrator. */
export const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, reasonCharacters);
