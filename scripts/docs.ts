/** `npm run docs`: writes the pages of `docs/reference/`, and the chart and tables of docs/performance.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { referencePages } from './docs/pages.ts';
import { root } from './stack/state.ts';

for (const [path, text] of await referencePages()) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(path);
}
