/** The order that a query of a list requests: docs/wire/network.md#lists-of-ports. */

import type { Query } from '../../adapters/http/query.ts';
import { type SortKey, sortedBy } from '../../domain/sort.ts';
import { badRequest, shown } from './neutron.ts';

/** The attributes by which a list can be sorted, by name. */
export type SortKeys<T> = ReadonlyMap<string, SortKey<T>['of']>;

export type ListOrder<T> = {
  /** The order of two items; below 0 if `a` comes first. */
  readonly compare: (a: T, b: T) => number;
  /** The direction if the order is that of the ids; undefined for another order. */
  readonly byId: 'asc' | 'desc' | undefined;
};

/**
 * The order that the pairs of `sort_key` and `sort_dir` request; items that are equal in it are ordered
 * by id. @throws HTTPBadRequest
 */
export function readOrder<T extends { readonly id: string }>(
  { sort_key = [], sort_dir = [] }: Query,
  sortKeys: SortKeys<T>,
): ListOrder<T> {
  const keys = sort_key.filter((key) => key !== '');
  const dirs = sort_dir.filter((dir) => dir !== '');
  if (keys.length !== dirs.length) {
    throw badRequest('The number of sort_keys and sort_dirs must be same');
  }
  const unknown = keys.filter((key) => !sortKeys.has(key));
  if (unknown.length > 0) {
    throw badRequest(`[${quoted(unknown)}] is invalid attribute for sort_keys`);
  }
  const wrong = dirs.filter((dir) => dir !== 'asc' && dir !== 'desc');
  if (wrong.length > 0) {
    throw badRequest(
      `[${quoted(wrong)}] is invalid value for sort_dirs, valid value is 'asc' and 'desc'`,
    );
  }
  const steps = keys.map((key, n) => ({
    of: sortKeys.get(key) ?? idOf,
    descending: dirs[n] === 'desc',
  }));
  const byId =
    keys.length === 0
      ? 'asc'
      : keys[0] === 'id'
        ? dirs[0] === 'desc'
          ? 'desc'
          : 'asc'
        : undefined;
  return { compare: sortedBy([...steps, { of: idOf, descending: false }]), byId };
}

const idOf = ({ id }: { readonly id: string }): string => id;

const quoted = (values: readonly string[]): string =>
  values.map((value) => `'${shown(value)}'`).join(', ');
