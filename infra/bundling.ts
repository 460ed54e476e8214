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
 * Files that a function reads when it is first asked for their content, from the repository's root, by
 * function. They are beside its bundle too, so that they cost no start anything.
 */
export const files: Readonly<Record<string, readonly string[]>> = {
  operations: ['docs/reference/openapi.json'],
};

/**
 * What a tool builds into the folder of a function's bundle: the command, by function, that the
 * repository's root and that folder are given to.
 */
export const built: Readonly<Record<string, (root: string, folder: string) => string>> = {
  // Vite keeps a NODE_ENV that is set, and would build for development with another one.
  console: (root, folder) =>
    `NODE_ENV=production "${join(root, 'node_modules/.bin/vite')}" build "${join(root, 'console')}" ` +
    `--outDir "${join(folder, 'site')}" --emptyOutDir --logLevel warn`,
};

/**
 * Modules that are replaced in the bundles. A function has its credentials in its environment; the
 * SDK's default looks for them in files, by single sign-on and over HTTP as well. No endpoint is discovered.
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
  // No service that is called here has event streams; the SDK loads them for those only. Bowser is for
  // the SDK in browsers.
  external: [
    ...['@smithy/core/event-streams', 'bowser'],
    ...['re2js', 'croner', '@prometheus-io/lezer-promql'],
  ],
  // Unused exports of ES modules are left out of the bundle; those of CommonJS builds are not.
  mainFields: ['module', 'main'],
  // The name of a file, as CommonJS has it.
  define: { 'import.meta.filename': '__filename' },
  alias: replaced,
} satisfies BuildOptions;
