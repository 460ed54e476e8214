import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/**
 * The packages that a function loads when it first needs them (`domain/on-demand.ts`), by function.
 * They are beside its bundle, not in it.
 */
export const onDemand: Readonly<Record<string, readonly string[]>> = {
  compute: ['re2js'],
  monitors: ['re2js'],
  alarming: ['re2js', 'croner', '@prometheus-io/lezer-promql'],
  'alarm-evaluator': ['croner'],
  'periodic-evaluator': ['croner', '@prometheus-io/lezer-promql'],
};

/**
 * Files that a function reads when a request first needs them, as paths from the repository's root,
 * by function. They lie beside the bundle, so that they do not make cold starts slower.
 */
export const files: Readonly<Record<string, readonly string[]>> = {
  operations: ['docs/reference/openapi.json'],
};

/**
 * Commands that build further files into the folder of a function's bundle, by function. Each gets
 * the repository's root and that folder.
 */
export const built: Readonly<Record<string, (root: string, folder: string) => string>> = {
  // Vite uses NODE_ENV if it is set, and builds for development if it is not `production`.
  console: (root, folder) =>
    `NODE_ENV=production "${join(root, 'node_modules/.bin/vite')}" build "${join(root, 'console')}" ` +
    `--outDir "${join(folder, 'site')}" --emptyOutDir --logLevel warn`,
};

/**
 * Modules that are replaced in the bundles. A function has its credentials in its environment, and
 * the SDK's default would also look for them in files, by single sign-on and over HTTP. No function
 * uses endpoint discovery.
 */
export const replaced = {
  '@aws-sdk/endpoint-cache': join(import.meta.dirname, '../adapters/endpoint-cache.ts'),
  '@aws-sdk/credential-provider-node': join(import.meta.dirname, '../adapters/credentials.ts'),
};

/**
 * How esbuild bundles each function (`bundle.ts`, which also leaves out `lean-modules.ts`).
 * test/infra/bundles.test.ts limits the sizes.
 */
export const bundling = {
  platform: 'node',
  target: 'node24',
  minify: true,
  // The SDK needs event streams for services with them only, and no function calls one. Bowser is
  // for the SDK in browsers.
  external: [
    ...['@smithy/core/event-streams', 'bowser'],
    ...['re2js', 'croner', '@prometheus-io/lezer-promql'],
  ],
  // Unused exports of ES modules are left out of the bundle; those of CommonJS builds are not.
  mainFields: ['module', 'main'],
  // CommonJS's name for the path of the file.
  define: { 'import.meta.filename': '__filename' },
  alias: replaced,
} satisfies BuildOptions;
