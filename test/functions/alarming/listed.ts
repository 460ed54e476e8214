import type { ListRequest } from '../../../functions/alarming/list-request.ts';

/** The items that a list shows. */
export const listed = <T>(all: readonly T[], { test, order, limit }: ListRequest<T>): T[] =>
  all.filter(test).sort(order).slice(0, limit);
