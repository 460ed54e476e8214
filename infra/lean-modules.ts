/**
 * Replacements of files that packages load although no function uses them. A replacement exports
 * only the names that its importers need; calling one of them fails.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Loader, Plugin } from 'esbuild';
import * as z from 'zod';
import { leanSchemas } from './client-schemas.ts';

/** A file, and its replacement. */
export type LeanModule = {
  /** Matches the path of the file. */
  readonly file: RegExp;
  readonly loader: Loader;
  /** The text of the replacement. @param path The path of the file. */
  readonly text: (path: string) => string;
};

/** Code that exports the names, each with this value, so that they can be imported. */
const exporting = (names: readonly string[], value: string): string =>
  names.map((name) => `export const ${name} = ${value};`).join('\n');

const Manifest = z.object({ name: z.string(), version: z.string() });

/** By the purpose of the file. */
export const leanModules: Readonly<Record<string, LeanModule>> = {
  // Only scripts make JSON schemas from zod's schemas.
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
  // It lets zod parse objects that contain themselves. JSON has no such objects; `zod/mini` does
  // not use it either.
  'memoizer of zod': {
    file: /\/zod\/v4\/core\/memoizer\.js$/,
    loader: 'js',
    text: () =>
      `${exporting(['memoizer'], '() => undefined')}\n${exporting(['isBackEdge', 'isRecursiveSchema'], '() => false')}`,
  },
  // The SDK needs only the version from a client's package.json, for its user agent.
  'manifests of clients': {
    file: /\/@aws-sdk\/client-[a-z-]+\/package\.json$/,
    loader: 'json',
    text: (path) => JSON.stringify(Manifest.parse(JSON.parse(readFileSync(path, 'utf8')))),
  },
  'schemas of clients': {
    file: /\/@aws-sdk\/client-[a-z-]+\/dist-es\/schemas\/schemas_0\.js$/,
    loader: 'js',
    text: (path) => leanSchemas(readFileSync(path, 'utf8')),
  },
  // The SDK prefers Node's own hashes.
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

/** An esbuild plugin that replaces these files, and the names of those that it replaced. */
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
