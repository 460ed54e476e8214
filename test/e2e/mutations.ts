/** Makes bodies from a good one, each of which is wrong in one place. */

/** A body as it is sent, and a description of what is wrong in it. */
export type Wrong = {
  readonly what: string;
  readonly text: string;
  /** The field that the error must name; undefined if no field is wrong. */
  readonly field?: string | undefined;
};

const deepMark = '@deep@';
const hugeMark = '@huge@';
/** Deep enough to exhaust the stack of code that walks it by recursion. */
const depth = 20_000;
const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
/** A megabyte of text. */
const megabyte = 'x'.repeat(1_000_000);

const textOf = (body: unknown): string =>
  JSON.stringify(body).replaceAll(`"${deepMark}"`, deep).replaceAll(hugeMark, megabyte);

/** Values whose types differ from that of the good one. */
function otherTypes(good: unknown): unknown[] {
  if (Array.isArray(good)) return ['?', 7, true, { a: 1 }];
  switch (typeof good) {
    case 'string':
      return [7, true, [], {}, ['a'], deepMark, hugeMark];
    case 'number':
      return ['?', [], {}, 1.5, -1, 1e300, deepMark];
    case 'boolean':
      return ['maybe', [], {}, 2, deepMark];
    default:
      return ['?', 7, true, [1], deepMark];
  }
}

type Path = readonly (string | number)[];

/** Every place in a body, except the body itself. */
function placesIn(body: unknown, path: Path = []): { path: Path; value: unknown }[] {
  if (typeof body !== 'object' || body === null) return [];
  const entries = Array.isArray(body) ? [...body.entries()] : Object.entries(body);
  return entries.flatMap(([key, value]) => {
    const here = [...path, key];
    return [{ path: here, value }, ...placesIn(value, here)];
  });
}

/** The body with another value in one place. */
function replaced(body: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(body)) {
    return body.map((item, n) => (n === key ? replaced(item, rest, value) : item));
  }
  return Object.fromEntries(
    Object.entries(Object(body)).map(([name, item]) => [
      name,
      name === key ? replaced(item, rest, value) : item,
    ]),
  );
}

const named = (value: unknown): string => JSON.stringify(value).slice(0, 20);

/** The good body with each of its places holding a value of a wrong type, or an oversized one. */
export const wronglyTyped = (good: unknown): Wrong[] =>
  placesIn(good).flatMap(({ path, value }) =>
    otherTypes(value).map((wrong) => ({
      what: `${path.join('.')} is ${named(wrong)}`,
      text: textOf(replaced(good, path, wrong)),
      field: path.findLast((key) => typeof key === 'string')?.toString(),
    })),
  );

/** The good body, in which each place in turn is null or unusual text. */
export const strange = (good: unknown): Wrong[] =>
  placesIn(good).flatMap(({ path, value }) =>
    [
      null,
      ...(typeof value === 'string' ? ['', '\u0000\u001b\u009f', '\ud800', '\u202e '] : []),
    ].map((odd) => ({
      what: `${path.join('.')} is ${named(odd)}`,
      text: JSON.stringify(replaced(good, path, odd)),
    })),
  );

/** Bodies that are not JSON, or not an object. */
export const malformed: readonly Wrong[] = [
  { what: 'an open brace', text: '{' },
  { what: 'a bare word', text: 'nope' },
  { what: 'a missing value', text: '{"a":}' },
  { what: 'a raw control character', text: '{"a":"\n"}' },
  { what: 'two documents', text: '{}{}' },
  { what: 'a byte order mark', text: '\ufeff{}' },
];

export const noObject: readonly Wrong[] = [
  { what: 'null', text: 'null' },
  { what: 'a number', text: '7' },
  { what: 'true', text: 'true' },
  { what: 'a text', text: '"text"' },
  { what: 'an empty list', text: '[]' },
  { what: 'a list', text: '[{"a":1}]' },
  { what: 'a deep list', text: deep },
  { what: 'a deep object', text: `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}` },
  { what: 'a megabyte of text', text: JSON.stringify(megabyte) },
];

/** The good body with an unknown key. */
export const unknownKey = (good: object): Wrong => ({
  what: 'an unknown key',
  text: JSON.stringify({ ...good, unheard_of: 1 }),
  field: 'unheard_of',
});
