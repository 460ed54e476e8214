/**
 * The how-to pages show the files of `integrations/` unchanged, so that an operator may copy
 * either.
 */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const pages = globSync('docs/how-to/monitors/*.md').map((page) => readFileSync(page, 'utf8'));
const files = globSync('integrations/*/*').filter((file) => !file.endsWith('doctor-report.sh'));

/** The media type is imported as a file. */
const linked = ['integrations/zabbix/media_doctor.yaml'];

test.each(files.filter((file) => !linked.includes(file)))('%s is on a page', (file) => {
  const text = readFileSync(file, 'utf8');
  expect(pages.filter((page) => page.includes(`\n${text}\`\`\`\n`))).toHaveLength(1);
});

test.each(linked)('%s is linked', (file) => {
  expect(pages.filter((page) => page.includes(`](../../../${file})`))).toHaveLength(1);
});

test('every page is in the list of pages', () => {
  const list = readFileSync('docs/how-to/monitors/README.md', 'utf8');
  const names = globSync('docs/how-to/monitors/*.md').map((page) => page.split('/').at(-1));
  for (const name of names.filter((each) => each !== 'README.md')) {
    expect(list).toContain(`](${name})`);
  }
});
