import type { Listing } from '../../../functions/alarming/list-request.ts';

/** What a list shows of all that there is. */
export const listed = <T>(all: readonly T[], { test, order, limit }: Listing<T>): T[] =>
  all.filter(test).sort(order).slice(0, limit);
