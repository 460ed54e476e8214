/**
 * Filters of Aodh's complex queries: comparisons of fields under `and`, `or` and `not`.
 * Sources: docs/wire/alarming.md#complex-queries; aodh `api/controllers/v2/query.py`.
 */
import * as z from 'zod';
import { Pattern } from '../../domain/pattern.ts';
import { type ClientValue, comparableOf, type Field, type Fields, operand } from './field.ts';
import { refusedValue } from './wsme.ts';

const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
type Comparison = (typeof comparisons)[number];

/** The signs of comparisons. Words are the command line's; Aodh refuses some of them. */
const signs = new Map<string, Comparison>([
  ...(['=', '==', 'eq'] as const).map((sign) => [sign, 'eq'] as const),
  ...(['!=', 'ne'] as const).map((sign) => [sign, 'ne'] as const),
  ...(['<', 'lt'] as const).map((sign) => [sign, 'lt'] as const),
  ...(['>', 'gt'] as const).map((sign) => [sign, 'gt'] as const),
  ...(['<=', '=<', 'le'] as const).map((sign) => [sign, 'le'] as const),
  ...(['>=', '=>', 'ge'] as const).map((sign) => [sign, 'ge'] as const),
]);

/** A comparison of one field with a value; for `in` with several. */
export type Leaf<T> = {
  readonly kind: 'leaf';
  readonly op: Comparison | 'in' | 'like';
  readonly field: string;
  readonly values: readonly ClientValue[];
  readonly test: (item: T) => boolean;
};

/** A filter: a comparison, or filters under `and`, `or`, `not`. */
export type Filter<T> =
  | Leaf<T>
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Filter<T>[] }
  | { readonly kind: 'not'; readonly node: Filter<T> };

const deepest = 20;
const mostNodes = 500;
const mostValues = 100;
/** Compiling a pattern may take 0.2 s, and each is matched with up to 10,000 items. */
const mostPatterns = 10;

const Single = z.record(z.string(), z.unknown());
const Scalar = z.union([z.string().max(1024), z.number(), z.boolean()]);
const Scalars = z.array(Scalar).min(1).max(mostValues);

/** The filter of a client's value, parsed from JSON. @throws DomainError `invalid`. */
export function readFilter<T>(given: unknown, fields: Fields<T>): Filter<T> {
  const room = { nodes: mostNodes, patterns: mostPatterns };
  return readNode(given, fields, room, 1);
}

function readNode<T>(
  given: unknown,
  fields: Fields<T>,
  room: { nodes: number; patterns: number },
  depth: number,
): Filter<T> {
  room.nodes -= 1;
  if (room.nodes < 0) throw refused('', `At most ${mostNodes} conditions are allowed.`);
  if (depth > deepest) throw refused('', `At most ${deepest} levels are allowed.`);
  const [name, inner] = theOnly(given, 'An object with one operator is expected.');
  const sign = name.toLowerCase();
  const read = (node: unknown) => readNode(node, fields, room, depth + 1);
  if (sign === 'not') return { kind: 'not', node: read(inner) };
  if (sign === 'and' || sign === 'or') {
    if (!Array.isArray(inner) || inner.length < 2) {
      throw refused(sign, 'A list of two or more conditions is expected.');
    }
    if (inner.length > mostNodes) throw refused(sign, `At most ${mostNodes} are allowed.`);
    return { kind: sign, nodes: inner.map(read) };
  }
  if (sign === '=~') room.patterns -= 1;
  if (room.patterns < 0) {
    throw refused(sign, `At most ${mostPatterns} regular expressions are allowed.`);
  }
  return readLeaf(sign, inner, fields);
}

function readLeaf<T>(sign: string, inner: unknown, fields: Fields<T>): Leaf<T> {
  const op = sign === 'in' ? 'in' : sign === '=~' ? 'like' : signs.get(sign);
  if (!op) throw refused(sign, 'No such operator.');
  const [name, given] = theOnly(inner, 'An object with one field is expected.');
  const field = fields.get(name);
  if (!field) throw refusedValue('filter', name, 'No such field.');
  const values = op === 'in' ? Scalars.safeParse(given) : z.tuple([Scalar]).safeParse([given]);
  if (!values.success) {
    const expected = op === 'in' ? `One to ${mostValues} values are` : 'A value is';
    throw refused(name, `${expected} expected.`);
  }
  const leaf = { kind: 'leaf', op, field: name, values: values.data } as const;
  return { ...leaf, test: testOf(leaf, field) };
}

function testOf<T>({ op, field: name, values }: Omit<Leaf<T>, 'test'>, field: Field<T>) {
  if (op === 'like') return matching(field, String(values[0]));
  const operands = values.map((value) => operand(field, name, value));
  if (op === 'in') {
    const any = new Set(operands);
    return (item: T) => any.has(comparableOf(field, item) ?? Number.NaN);
  }
  const [bound = ''] = operands;
  if (op !== 'eq' && op !== 'ne' && bound === -1) {
    throw refusedValue(name, String(values[0]), `Expected one of ${field.words?.join(', ')}.`);
  }
  return (item: T) => holds[op](comparableOf(field, item), bound);
}

type Side = string | number;
const holds: Record<Comparison, (value: Side | null, bound: Side) => boolean> = {
  eq: (value, bound) => value === bound,
  ne: (value, bound) => value !== bound,
  lt: (value, bound) => value !== null && value < bound,
  le: (value, bound) => value !== null && value <= bound,
  gt: (value, bound) => value !== null && value > bound,
  ge: (value, bound) => value !== null && value >= bound,
};

/**
 * A test whether the pattern occurs in the field's text. Its time grows with the length of the text
 * only.
 */
function matching<T>(field: Field<T>, text: string): (item: T) => boolean {
  const pattern = Pattern.safeParse(text);
  if (!pattern.success) {
    throw refusedValue('filter', text, 'Not a valid regular expression, or too large.');
  }
  return (item) => {
    const value = field.of(item);
    return value !== null && pattern.data.isIn(String(value));
  };
}

/** The only entry of an object. @throws DomainError `invalid` if it does not have exactly one. */
function theOnly(given: unknown, why: string): [string, unknown] {
  const one = Single.safeParse(given);
  const [entry, ...more] = one.success ? Object.entries(one.data) : [];
  if (!entry || more.length > 0) throw refused('', why);
  return entry;
}

const refused = (what: string, why: string) => refusedValue('filter', what, why);

/** Whether an item meets the filter. */
export function meetsFilter<T>(filter: Filter<T>, item: T): boolean {
  switch (filter.kind) {
    case 'leaf':
      return filter.test(item);
    case 'not':
      return !meetsFilter(filter.node, item);
    case 'and':
      return filter.nodes.every((node) => meetsFilter(node, item));
    case 'or':
      return filter.nodes.some((node) => meetsFilter(node, item));
  }
}

/** All comparisons in the filter. */
export function leavesOf<T>(filter: Filter<T>): Leaf<T>[] {
  if (filter.kind === 'leaf') return [filter];
  return filter.kind === 'not' ? leavesOf(filter.node) : filter.nodes.flatMap(leavesOf);
}

/** The comparisons that the filter requires of every item. They can narrow what is read. */
export function necessary<T>(filter: Filter<T>): Leaf<T>[] {
  if (filter.kind === 'leaf') return [filter];
  return filter.kind === 'and' ? filter.nodes.flatMap(necessary) : [];
}
