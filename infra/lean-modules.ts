/**
 * Files of packages that no function uses, and that their packages load all the same. Each is
 * replaced by what its importers need to be loaded: using it fails.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import * as z from 'zod';

/** A file, and what stands in its place. */
export type LeanModule = {
  /** Which file, by its path. */
  readonly file: RegExp;
  readonly loader: Loader;
  /** The text in its place. @param path of the file. */
  readonly text: (path: string) => string;
};

/** The exports of a file with nothing behind them, so that the names can be imported. */
const exporting = (names: readonly string[], value: string): string =>
  names.map((name) => `export const ${name} = ${value};`).join('\n');

const Manifest = z.object({ name: z.string(), version: z.string() });

/** By what they are for. */
export const leanModules: Readonly<Record<string, LeanModule>> = {
  // Schemas are made into JSON schema by scripts only.
  'JSON schema of zod': {
    file: /\/zod\/v4\/core\/to-json-schema\.js$/,
    loader: 'js',
    text: () =>
      exporting(
        [
          ...['createStandardJSONSchemaMethod', 'createToJSONSchemaMethod'],
          ...['extractDefs', 'finalize', 'initializeContext', 'processSchema'],
        ],
        '() => undefined',
      ),
  },
  'processors of JSON schema': {
    file: /\/zod\/v4\/core\/json-schema-processors\.js$/,
    loader: 'js',
    text: () => exporting(['allProcessors', 'toJSONSchema'], 'undefined'),
  },
  // It lets zod read objects that contain themselves. JSON has none; `zod/mini` goes without it, too.
  'memoizer of zod': {
    file: /\/zod\/v4\/core\/memoizer\.js$/,
    loader: 'js',
    text: () =>
      `${exporting(['memoizer'], '() => undefined')}\n${exporting(['isBackEdge', 'isRecursiveSchema'], '() => false')}`,
  },
  // Of a client's package.json the SDK needs the version, for its user agent.
  'manifests of clients': {
    file: /\/@aws-sdk\/client-[a-z-]+\/package\.json$/,
    loader: 'json',
    text: (path) => JSON.stringify(Manifest.parse(JSON.parse(readFileSync(path, 'utf8')))),
  },
  // Node has hashes of its own, which the SDK prefers.
  'hashes in JavaScript': {
    file: /\/@smithy\/core\/.*\/(Sha256Js|Md5Js)\.js$/,
    loader: 'js',
    text: (path) => `export class ${basename(path, '.js')} {}`,
  },
  // Only for the retry mode `adaptive`.
  'limiter of adaptive retries': {
    file: /\/@smithy\/core\/.*\/DefaultRateLimiter\.js$/,
    loader: 'js',
    text: () => 'export class DefaultRateLimiter {}',
  },
  // Only for event streams.
  'headers of signed messages': {
    file: /\/@smithy\/signature-v4\/.*\/HeaderFormatter\.js$/,
    loader: 'js',
    text: () => 'export class HeaderFormatter {}',
  },
};

/** Replaces the files in a bundle, and says which. */
export const lean = (replacing: (name: string) => void = () => {}): Plugin => ({
  name: 'lean',
  setup: (build) => {
    for (const [name, { file, loader, text }] of Object.entries(leanModules)) {
      build.onLoad({ filter: file }, ({ path }) => {
        replacing(name);
        return { contents: text(path), loader };
      });
    }
  },
});
