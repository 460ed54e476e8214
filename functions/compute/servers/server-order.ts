/** The order that a query of servers requests. */

import type { Query } from '../../../adapters/http/query.ts';
import type { QueryEra } from './server-eras.ts';
import {
  type Direction,
  newestFirst,
  orderBy,
  type ServerOrder,
  sortKeyAt,
} from './server-sort.ts';

/** Records what is wrong with the value of a key. */
export type Refuse = (message: string, key: string) => void;

const isDirection = (word: string): word is Direction => word === 'asc' || word === 'desc';

/** The order of a query, and its sort keys; undefined if it was refused. */
export function orderOf(
  { sort_key = [], sort_dir = [] }: Query,
  era: QueryEra,
  refuse: Refuse,
): { readonly order: ServerOrder; readonly sortedBy: readonly string[] } | undefined {
  for (const key of sort_key) {
    if (sortKeyAt(key, era) === 'unknown') return void refuse('It is no sort key.', 'sort_key');
  }
  const directions = sort_dir.filter(isDirection);
  if (directions.length < sort_dir.length) return void refuse('Must be asc or desc.', 'sort_dir');
  if (directions.length > Math.max(sort_key.length, 1)) {
    return void refuse('There are more than sort keys.', 'sort_dir');
  }
  const sortedBy = [...new Set(sort_key.filter((key) => sortKeyAt(key, era) === 'known'))];
  if (sortedBy.length === 0) sortedBy.push('created_at');
  const order =
    sort_key.length + directions.length === 0 ? newestFirst : orderBy(sortedBy, directions);
  return { order, sortedBy };
}
