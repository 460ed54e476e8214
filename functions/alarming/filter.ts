/**
 * Filters of Aodh's complex queries: comparisons of fields under `and`, `or` and `not`.
 * Sources: docs/wire/alarming.md#complex-queries; aodh `api/controllers/v2/query.py`.
 */
import * as z from 'zod';
import { Pattern } from '../../domain/pattern.ts';
import { comparableOf, type Field, type Fields, type Given, operand } from './field.ts';
import { refusedValue } from './wsme.ts';

const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
type Comparison = (typeof comparisons)[number];

/** Signs in any case; the command line sends words for some, which Aodh refuses. */
const signs = new Map<string, Comparison>([
  ...(['=', '==', 'eq'] as const).map((sign) => [sign, 'eq'] as const),
  ...(['!=', 'ne'] as const).map((sign) => [sign, 'ne'] as const),
  ...(['<', 'lt'] as const).map((sign) => [sign, 'lt'] as const),
  ...(['>', 'gt'] as const).map((sign) => [sign, 'gt'] as const),
  ...(['<=', '=<', 'le'] as const).map((sign) => [sign, 'le'] as const),
  ...(['>=', '=>', 'ge'] as const).map((sign) => [sign, 'ge'] as const),
]);

/** A comparison of one field, with what it was asked to equal, exceed or match. */
export type Leaf<T> = {
  readonly kind: 'leaf';
  readonly op: Comparison | 'in' | 'like';
  readonly field: string;
  readonly values: readonly Given[];
  readonly test: (item: T) => boolean;
};

export type Filter<T> =
  | Leaf<T>
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Filter<T>[] }
  | { readonly kind: 'not'; readonly node: Filter<T> };

const deepest = 20;
const mostNodes = 500;
const mostValues = 100;
/** Reading one may take a fifth of a second, and a list of 10,000 things is matched with each. */
const mostPatterns = 10;

const One = z.record(z.string(), z.unknown());
const Scalar = z.union([z.string().max(1024), z.number(), z.boolean()]);
const Scalars = z.array(Scalar).min(1).max(mostValues);

/** A filter as it was sent, after JSON. Throws `invalid`. */
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
    const wanted = `${op === 'in' ? `One to ${mostValues} values are` : 'A value is'} expected.`;
    throw refused(name, wanted);
  }
  const leaf = { kind: 'leaf', op, field: name, values: values.data } as const;
  return { ...leaf, test: testOf(leaf, field) };
}

function testOf<T>({ op, field: name, values }: Omit<Leaf<T>, 'test'>, field: Field<T>) {
  if (op === 'like') return matching(field, String(values[0]));
  const wanted = values.map((value) => operand(field, name, value));
  if (op === 'in') {
    const any = new Set(wanted);
    return (item: T) => any.has(comparableOf(field, item) ?? Number.NaN);
  }
  const [bound = ''] = wanted;
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

/** Whether the pattern occurs in the field's text, in a time that grows with the text alone. */
function matching<T>(field: Field<T>, text: string): (item: T) => boolean {
  const pattern = Pattern.safeParse(text);
  if (!pattern.success) {
    throw refusedValue('filter', text, 'Not a regular expression, or too large a one.');
  }
  return (item) => {
    const value = field.of(item);
    return value !== null && pattern.data.isIn(String(value));
  };
}

function theOnly(given: unknown, why: string): [string, unknown] {
  const one = One.safeParse(given);
  const [entry, ...more] = one.success ? Object.entries(one.data) : [];
  if (!entry || more.length > 0) throw refused('', why);
  return entry;
}

const refused = (what: string, why: string) => refusedValue('filter', what, why);

/** Whether a thing meets the filter. */
export function meets<T>(filter: Filter<T>, item: T): boolean {
  switch (filter.kind) {
    case 'leaf':
      return filter.test(item);
    case 'not':
      return !meets(filter.node, item);
    case 'and':
      return filter.nodes.every((node) => meets(node, item));
    case 'or':
      return filter.nodes.some((node) => meets(node, item));
  }
}

/** Every comparison in the filter. */
export function leavesOf<T>(filter: Filter<T>): Leaf<T>[] {
  if (filter.kind === 'leaf') return [filter];
  return filter.kind === 'not' ? leavesOf(filter.node) : filter.nodes.flatMap(leavesOf);
}

/** The comparisons that everything that meets the filter meets: they may narrow what is read. */
export function necessary<T>(filter: Filter<T>): Leaf<T>[] {
  if (filter.kind === 'leaf') return [filter];
  return filter.kind === 'and' ? filter.nodes.flatMap(necessary) : [];
}
