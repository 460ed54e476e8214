/**
 * Lets esbuild leave out the constants of ours that a bundle does not use. Without it, a constant that is
 * made by a call, as a schema of zod is, stays in each bundle that has its file, and is made at each
 * start: the call may do something besides. Ours only make values.
 */
import { readFile } from 'node:fs/promises';
import { type Plugin, transform } from 'esbuild';

/**
 * A constant at the top of a file, as esbuild prints it: its lines are indented, up to one that begins
 * with a closing bracket and ends with a semicolon. Functions are none: esbuild leaves them out itself.
 */
const constant =
  /^((?:export )?const \w+ = )(?!class|(?:async )?function|(?:async )?(?:\w+|\(.*?\)) => )(.*(?:\n(?: .*|[}\])].*[^;]))*(?:\n[}\])].*)?);$/gm;

/** Marks as pure what makes the constants of a file. @param code as esbuild prints it. */
export const withPureConstants = (code: string): string =>
  code.replace(constant, (whole, name: string, made: string) =>
    made.includes('(') ? `${name}/* @__PURE__ */ (() => (${made}))();` : whole,
  );

/** Marks all constants in the files of the functions. */
export const pureConstants = (folders: RegExp): Plugin => ({
  name: 'pure-constants',
  setup: (build) => {
    build.onLoad({ filter: folders }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), {
        loader: 'ts',
        format: 'esm',
        target: build.initialOptions.target,
      });
      return { contents: withPureConstants(code), loader: 'js' };
    });
  },
});
