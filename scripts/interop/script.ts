import type { Call } from './recorder.ts';

/**
 * A recorded call for `npm test`. It has `{names}` in place of values that differ between two
 * stacks.
 */
export type ScriptedCall = Omit<Call, 'answer'> & {
  /** Values of the answer that later calls use: the path in the JSON, by name. */
  readonly learn?: Readonly<Record<string, readonly (string | number)[]>>;
};

/** Ids of Nova, Neutron and Keystone. */
const ids = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b/g;

type Path = (string | number)[];

/** The path of a text in a JSON value; undefined if the value does not contain it. */
function find(value: unknown, text: string): Path | undefined {
  if (value === text) return [];
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const rest = find(inner, text);
    if (rest) return [Array.isArray(value) ? Number(key) : key, ...rest];
  }
  return undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for the same read twice in a row: the client is polling. */
const isRepeated = (call: Call, before: Call | undefined): boolean =>
  before !== undefined &&
  call.method === 'GET' &&
  before.method === 'GET' &&
  call.path === before.path;

/** True for a login of an account that the recorder does not know. */
const isOfAnother = ({ path, body }: Call, password = ''): boolean =>
  path.endsWith('/auth/tokens') && body !== '' && !body.includes(password);

/** The calls of a program, with names in place of known values and of ids from earlier answers. */
export function scriptOf(
  recorded: readonly Call[],
  known: Readonly<Record<string, string>>,
): ScriptedCall[] {
  const calls = recorded.filter(
    (call, index) => !isRepeated(call, recorded[index - 1]) && !isOfAnother(call, known.password),
  );
  const names = new Map(Object.entries(known).map(([name, value]) => [value, name]));
  const learned = calls.map((): Record<string, Path> => ({}));
  for (const [index, { path, body }] of calls.entries()) {
    for (const [id] of `${path} ${body}`.matchAll(ids)) {
      if (names.has(id)) continue;
      const source = calls.findIndex(({ answer }, at) => at < index && answer.includes(id));
      const where = source < 0 ? undefined : find(json(calls[source]?.answer ?? ''), id);
      const of = learned[source];
      if (!where || !of) continue; // the program chose the id itself
      const name = `id${[...names.values()].filter((other) => /^id\d/.test(other)).length + 1}`;
      names.set(id, name);
      of[name] = where;
    }
  }
  const longestFirst = [...names].sort(([a], [b]) => b.length - a.length);
  const scripted = (text: string): string =>
    longestFirst.reduce((named, [value, name]) => named.replaceAll(value, `{${name}}`), text);
  return calls.map(({ method, path, headers, body, status }, index) => {
    const learn = learned[index] ?? {};
    const withoutTokens = { ...headers };
    for (const name of ['x-auth-token', 'x-subject-token'])
      if (withoutTokens[name]) withoutTokens[name] = '{token}';
    return {
      method,
      path: scripted(path),
      headers: withoutTokens,
      body: scripted(body),
      status,
      ...(Object.keys(learn).length > 0 && { learn }),
    };
  });
}
