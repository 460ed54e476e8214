/**
 * The one way in which pauses between attempts grow, on the server, in the command line and in the
 * console.
 */

/** The first pause, and the longest one; both in the unit of the result. */
export type Pauses = { readonly first: number; readonly longest: number };

/** The pause after the n-th attempt (from 1): it doubles with each attempt, up to the longest. */
export const grownPause = (attempts: number, { first, longest }: Pauses): number =>
  Math.min(first * 2 ** (attempts - 1), longest);

/**
 * The pause without a random part of up to a half, so that callers that failed together do not come
 * back together.
 * @param random at least 0 and less than 1.
 */
export const spread = (pause: number, random: number): number => pause * (0.5 + random / 2);
