import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Which folder may import what, and that there are no cycles. It is an own test, because beside
 * TypeScript 7 dependency-cruiser reads no TypeScript and so reports no violations. It sees static
 * imports only; the code has no others.
 */
const root = join(import.meta.dirname, '../..');

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

type Rule = {
  readonly room: string;
  /** The files that the rule is about. */
  readonly files: RegExp;
  /** What they may import: our files by path, packages by name, Node's modules as `node:…`. */
  readonly may: readonly RegExp[];
  /** Files from which they may import types only. */
  readonly mayType?: readonly RegExp[];
};

/** A package, or something within it. */
const pack = (...names: string[]): RegExp => new RegExp(`^(${names.join('|')})(/|$)`);

/**
 * Libraries without I/O. re2js: regular expressions of untrusted callers in linear time (ADR 0012).
 * croner: the fields of cron, and time zones. lezer-promql: the grammar of PromQL.
 */
const pureLibraries = pack(
  'zod',
  'uuid',
  're2js',
  'croner',
  'es-toolkit',
  '@prometheus-io/lezer-promql',
);

/** The other capabilities that each capability of the domain may import, beside what all use. */
const capabilities = {
  identity: [],
  timers: [],
  activity: [],
  hosts: ['servers', 'ports', 'events'],
  servers: ['hosts', 'events', 'identity'],
  ports: ['hosts', 'servers', 'events', 'identity'],
  events: ['hosts', 'servers', 'ports', 'alarms'],
  alarms: ['events', 'delivery', 'hosts', 'identity'],
  conditions: ['hosts', 'servers', 'ports', 'events', 'identity'],
  delivery: ['alarms', 'cloud', 'events'],
  cloud: ['hosts', 'servers', 'ports'],
  mirror: ['hosts', 'servers', 'ports', 'conditions', 'events'],
} as const;

const domainRules: readonly Rule[] = [
  {
    room: 'domain',
    files: /^domain\/(?!on-demand)[^/]+$/,
    may: [/^domain\/[^/]+$/, pureLibraries],
  },
  {
    // May load pure libraries on demand, and nothing else.
    room: 'domain/on-demand',
    files: /^domain\/on-demand\.ts$/,
    may: [/^node:module$/, pureLibraries],
  },
  ...Object.entries(capabilities).map(([name, known]) => ({
    room: `domain/${name}`,
    files: new RegExp(`^domain/${name}/`),
    may: [/^domain\/[^/]+$/, new RegExp(`^domain/(${[name, ...known].join('|')})/`), pureLibraries],
  })),
];

const rules: readonly Rule[] = [
  ...domainRules,
  { room: 'flows', files: /^flows\//, may: [/^flows\//, /^domain\//, pack('p-map', 'es-toolkit')] },
  {
    room: 'adapters',
    files: /^adapters\//,
    may: [
      /^adapters\//,
      /^domain\//,
      /^node:/,
      pack(
        '@aws-sdk',
        '@smithy',
        '@aws-lambda-powertools',
        '@middy',
        'zod',
        'jose',
        'uuid',
        'p-map',
      ),
      pack('path-to-regexp', 'request-filtering-agent', 'es-toolkit'),
    ],
    mayType: [/^flows\//, /^aws-lambda$/],
  },
  {
    // Parsers of monitors' bodies that arrive by HTTP and from a queue, so two functions use them.
    room: 'dialects',
    files: /^dialects\//,
    may: [
      /^dialects\//,
      /^node:crypto$/,
      /^domain\//,
      /^adapters\/http\/parsed\.ts$/,
      pack('zod', 'es-toolkit'),
    ],
  },
  {
    // These are tested with plain objects, and never import a client.
    room: 'handlers',
    files: /^functions\/[^/]+\/(?!(index|connect|compose)\.ts$)/,
    may: [
      /^functions\//,
      /^node:crypto$/,
      /^dialects\//,
      /^domain\//,
      /^flows\//,
      // Makes a Lambda handler, and uses AWS for nothing else.
      /^adapters\/(http\/|http\.ts$|lambda\.ts$)/,
      pack('zod', 'es-toolkit'),
    ],
    mayType: [/^aws-lambda$/],
  },
  {
    // Puts stores and flows together: pure, so that unit tests run it on stores in memory.
    room: 'compose',
    files: /^functions\/[^/]+\/compose\.ts$/,
    // `by-resource` chooses between handlers, and imports no client.
    may: [/^functions\//, /^domain\//, /^flows\//, /^adapters\/http\/by-resource\.ts$/],
    mayType: [/^adapters\//],
  },
  {
    // Imports the environment, the clients and the stores, and no flow.
    room: 'connect',
    files: /^functions\/[^/]+\/(index|connect)\.ts$/,
    may: [
      /^functions\//,
      /^adapters\//,
      /^domain\//,
      /^node:crypto$/,
      pack('@aws-sdk', '@aws-lambda-powertools', 'uuid', 'zod'),
    ],
  },
  {
    // A client of the API, with the same back-off as the functions.
    room: 'cli',
    files: /^cli\//,
    may: [/^cli\//, /^domain\/back-off\.ts$/, /^node:/, pack('zod', 'p-map')],
  },
  {
    // A client in a browser. The catalogue of events is data, which a form shows.
    room: 'console',
    files: /^console\/src\//,
    may: [
      /^console\/src\//,
      /^domain\/(events\/catalogue|back-off)\.ts$/,
      pack('preact', '@preact/signals', 'uplot'),
    ],
  },
  {
    room: 'infra',
    files: /^infra\//,
    may: [/^infra\//, /^node:/, pack('aws-cdk-lib', 'constructs', 'esbuild', 'zod')],
    mayType: [/^adapters\/env\.ts$/],
  },
];

const ourFiles = globSync(
  '{adapters,bench,cli,console,dialects,domain,events,flows,functions,infra,scripts}/**/*.{ts,tsx}',
  {
    cwd: root,
  },
);

/** Biome gives every import the same form, so its lines are enough to read it. */
function importsOf(from: string): Import[] {
  const source = readFileSync(join(root, from), 'utf8');
  const statement = /^(?:import|export)\s([^;'"]*?\sfrom\s+)?'([^']+)'/gm;
  const dynamic = /\bimport\('([^']+)'\)/g;
  const found = [
    ...[...source.matchAll(statement)].map(([, what = '', to = '']) => ({
      to,
      typeOnly: /^type\s/.test(what),
    })),
    ...[...source.matchAll(dynamic)].map(([, to = '']) => ({ to, typeOnly: false })),
  ];
  return found.map(({ to, typeOnly }) => ({
    from,
    to: to.startsWith('.') ? normalize(join(dirname(from), to)) : to,
    typeOnly,
  }));
}

const imports = ourFiles.flatMap(importsOf);
const shown = ({ from, to }: Import): string => `${from} imports ${to}`;
const any = (patterns: readonly RegExp[], text: string): boolean =>
  patterns.some((pattern) => pattern.test(text));

test('the rules find imports to check', () => {
  expect(ourFiles.length).toBeGreaterThan(20);
  expect(imports.length).toBeGreaterThan(ourFiles.length);
});

test('every file with the import keyword has an import', () => {
  const silent = ourFiles.filter(
    (file) => /^import\s/m.test(readFileSync(join(root, file), 'utf8')) && !importsOf(file).length,
  );
  expect(silent).toEqual([]);
});

test.each(rules)('$room imports only allowed modules', ({ files, may, mayType = [] }) => {
  const judged = imports.filter(({ from }) => files.test(from));
  expect(ourFiles.filter((file) => files.test(file)).length).toBeGreaterThan(0);
  const wrong = judged.filter(
    ({ to, typeOnly }) => !any(may, to) && !(typeOnly && any(mayType, to)),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test('every folder of the domain has a rule', () => {
  const folders = new Set(ourFiles.flatMap((file) => /^domain\/([^/]+)\//.exec(file)?.[1] ?? []));
  expect([...folders].sort()).toEqual(Object.keys(capabilities).sort());
});

test('no function imports another function', () => {
  const functionOf = (file: string) => /^functions\/([^/]+)\//.exec(file)?.[1];
  const wrong = imports.filter(
    ({ from, to }) => functionOf(from) && functionOf(to) && functionOf(from) !== functionOf(to),
  );
  expect(wrong.map(shown)).toEqual([]);
});

test('nothing outside of test/ imports from it', () => {
  expect(imports.filter(({ to }) => to.startsWith('test/')).map(shown)).toEqual([]);
});

test('every imported file exists', () => {
  const own = imports.filter(({ to }) => /^[a-z]+\/.*\.(ts|json)$/.test(to));
  expect(own.filter(({ to }) => !existsSync(join(root, to))).map(shown)).toEqual([]);
});

test('there are no cycles of imports', () => {
  const graph = Map.groupBy(imports, ({ from }) => from);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const { to } of graph.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of ourFiles) visit(file, []);
  expect(cycles).toEqual([]);
});
