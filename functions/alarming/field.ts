/**
 * The fields by which items are filtered and sorted: how each is read from an item, and how its
 * values compare.
 */
import { sortedBy } from '../../domain/sort.ts';
import { parseMoment } from '../../domain/time.ts';
import { meaningOf, refusedValue } from './wsme.ts';

/** A field of an item. */
export type Field<T> = {
  /** A `rank` has one of `words` as its value, and is sorted in their order. */
  readonly kind: 'text' | 'truth' | 'moment' | 'rank';
  readonly words?: readonly string[];
  /** The value of an item; null if it has none. */
  readonly of: (item: T) => string | boolean | null;
};

/** Fields by name. A field may have a second, short name. */
export type Fields<T> = ReadonlyMap<string, Field<T>>;

/** A value with which a client compares a field. */
export type ClientValue = string | number | boolean;

/** A value in a form that `<` compares in its order. */
type Comparable = string | number;

/**
 * A client's value, read by the field's type.
 * @throws DomainError `invalid` if it does not fit that type.
 */
export function operand<T>(field: Field<T>, name: string, given: ClientValue): Comparable {
  const text = String(given);
  switch (field.kind) {
    case 'text':
      return text;
    case 'truth': {
      const meaning = meaningOf(text.toLowerCase());
      if (meaning === undefined) throw refusedValue(name, text, 'A boolean is expected.');
      return Number(meaning);
    }
    case 'moment': {
      const moment = parseMoment(text);
      if (moment === undefined) throw refusedValue(name, text, 'A date and time is expected.');
      return moment;
    }
    case 'rank':
      return rankOf(field, text);
  }
}

/** The value of an item; null if it has none. */
export function comparableOf<T>(field: Field<T>, item: T): Comparable | null {
  const value = field.of(item);
  if (typeof value !== 'string') return value === null ? null : Number(value);
  return field.kind === 'rank' ? rankOf(field, value) : value;
}

/**
 * The place of a word in the field's words; -1 for an unknown word, which equals no stored value.
 */
const rankOf = <T>({ words = [] }: Field<T>, word: string): number => words.indexOf(word);

/** One requested sort key: a field by its name, and a direction. */
export type Sorting = { readonly key: string; readonly descending: boolean };

/** Compares by the first requested field that differs. An item without a value comes first. */
export const sortedByFields = <T>(
  fields: Fields<T>,
  sort: readonly Sorting[],
): ((a: T, b: T) => number) =>
  sortedBy(
    sort.flatMap(({ key, descending }) => {
      const field = fields.get(key);
      return field ? [{ of: (item: T) => comparableOf(field, item), descending }] : [];
    }),
  );
