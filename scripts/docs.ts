/** `npm run docs`: writes the pages of `docs/reference/`, and the chart and tables of docs/performance.md. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { answersFolder } from './docs/console/answers.ts';
import { referencePages } from './docs/pages.ts';
import { root } from './stack/state.ts';

const pages = await referencePages();
// Deletes the file of a subject that no longer exists.
rmSync(join(root, answersFolder), { recursive: true, force: true });
for (const [path, text] of pages) {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(path);
}
