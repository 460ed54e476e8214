/**
 * `node infra/bundle-function.ts NAME FOLDER` writes a function's bundle, and what belongs beside it,
 * into the folder.
 */
import { bundle, write } from './bundle.ts';

const [, , name, folder] = process.argv;
if (!name || !folder) throw new Error('usage: bundle-function.ts NAME FOLDER');
await write(name, await bundle(name), folder);
