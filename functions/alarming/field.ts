/** The fields that things are listed by: what each is of a thing, and how two values of it compare. */
import { parseMoment } from '../../domain/time.ts';
import { meaningOf, refusedValue } from './wsme.ts';

export type Field<T> = {
  /** `rank` is one of `words`, in their order. */
  readonly kind: 'text' | 'truth' | 'moment' | 'rank';
  readonly words?: readonly string[];
  /** Null where a thing has no value of it. */
  readonly of: (item: T) => string | boolean | null;
};

/** By name; short names lead to the same fields. */
export type Fields<T> = ReadonlyMap<string, Field<T>>;

/** What a client compares a field with. */
export type Given = string | number | boolean;

/** A value in the form in which `<` has its order. */
type Comparable = string | number;

/** A client's value, read by the field's own type. Throws `invalid` if it is none of that type. */
export function operand<T>(field: Field<T>, name: string, given: Given): Comparable {
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

/** The value of a thing; null where it has none. */
export function comparableOf<T>(field: Field<T>, item: T): Comparable | null {
  const value = field.of(item);
  if (typeof value !== 'string') return value === null ? null : Number(value);
  return field.kind === 'rank' ? rankOf(field, value) : value;
}

/** -1 for a word that is none of the field's: it equals nothing that is stored. */
const rankOf = <T>({ words = [] }: Field<T>, word: string): number => words.indexOf(word);

/** An order that is asked for: by one field. */
export type Sorting = { readonly key: string; readonly descending: boolean };

/** Compares by the first field that differs; what has no value comes first. */
export function orderBy<T>(fields: Fields<T>, sort: readonly Sorting[]): (a: T, b: T) => number {
  const keys = sort.flatMap(({ key, descending }) => {
    const field = fields.get(key);
    return field ? [{ field, sign: descending ? -1 : 1 }] : [];
  });
  return (a, b) => {
    for (const { field, sign } of keys) {
      const [left, right] = [comparableOf(field, a) ?? '', comparableOf(field, b) ?? ''];
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  };
}
