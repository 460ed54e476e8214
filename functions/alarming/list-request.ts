/** The request of a list of any items: which items, in which order, and which page. */
import * as z from 'zod';
import type { Query } from '../../adapters/http/query.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Fields, type Sorting, sortedByFields } from './field.ts';
import { refusedValue } from './wsme.ts';

/** What a list is asked to show. */
export type ListRequest<T> = {
  /** Whether the list shows an item. */
  readonly test: (item: T) => boolean;
  /** The order of two items; 0 only for the same item. */
  readonly order: (a: T, b: T) => number;
  /** The direction of an order by time alone; undefined for any other order. */
  readonly byTime: 'newest first' | 'oldest first' | undefined;
  /** The most items of a page; undefined for all. */
  readonly limit: number | undefined;
  /** The id of the last item of the page before; undefined for the first page. */
  readonly after: string | undefined;
};

/** All items, in the order in which they come. */
export const everything: ListRequest<unknown> = {
  test: () => true,
  order: () => 0,
  byTime: 'newest first',
  limit: undefined,
  after: undefined,
};

/**
 * The requested order; newest first if none is requested. Items that are equal in it are ordered by
 * their id.
 * @param id the name of the field that identifies an item.
 */
export function listOrderOf<T>(
  fields: Fields<T>,
  sort: readonly Sorting[],
  id: string,
): Pick<ListRequest<T>, 'order' | 'byTime'> {
  const given = sort.length > 0 ? sort : [{ key: 'timestamp', descending: true }];
  const [first] = given;
  const alone = given.length === 1 && first?.key === 'timestamp' ? first : undefined;
  const order = sortedByFields(fields, [
    ...given,
    { key: id, descending: alone?.descending ?? false },
  ]);
  if (!alone) return { order, byTime: undefined };
  return { order, byTime: alone.descending ? 'newest first' : 'oldest first' };
}

/**
 * Parses the arguments of all lists: `limit` (0 means no limit), `marker` and `sort`.
 * @throws DomainError `invalid`.
 */
export function pagingOf(
  query: Query,
  sortKeys: readonly string[],
): { limit: number | undefined; after: string | undefined; sort: Sorting[] } {
  return {
    limit: readLimit(single(query, 'limit')),
    after: single(query, 'marker') || undefined,
    sort: (query.sort ?? []).map((text) => readSorting(text, sortKeys)),
  };
}

/**
 * The value of an argument; undefined if absent.
 * @throws DomainError `invalid` if it is given more than once.
 */
export function single(query: Query, name: string): string | undefined {
  const values = query[name] ?? [];
  if (values.length > 1) throw refusedValue(name, values.join(', '), 'Given more than once.');
  return values[0];
}

/**
 * Checks the names of arguments.
 * @throws DomainError `invalid`, in Aodh's words, for the first unknown one.
 */
export function onlyArguments(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new DomainError('invalid', `Unknown argument: "${unknown.slice(0, 100)}"`);
}

function readLimit(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const limit = z
    .int()
    .min(0)
    .safeParse(/^\d{1,15}$/.test(text) ? Number(text) : undefined);
  if (!limit.success) throw refusedValue('limit', text, 'A positive number is expected.');
  return limit.data === 0 ? undefined : limit.data;
}

/**
 * Parses a sort key: `name`, `name:asc` or `name:desc`; upper or lower case.
 * @throws DomainError `invalid`.
 */
export function readSorting(text: string, keys: readonly string[], argument = 'sort'): Sorting {
  const [key = '', word = 'asc', ...more] = text.split(':');
  const direction = word.toLowerCase();
  if (!keys.includes(key) || more.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    throw refusedValue(argument, text, `Expected key:asc or key:desc of ${keys.join(', ')}.`);
  }
  return { key, descending: direction === 'desc' };
}

/** The refusal of a marker that names no item of the list. */
export const unknownMarker = (marker: string): DomainError =>
  refusedValue('marker', marker, 'The list has no item with this id.');
