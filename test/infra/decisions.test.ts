/** Each decision in `docs/adr/` has a status and a date, and stands in the table of its README. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'docs/adr');
const pages = globSync('[0-9]*.md', { cwd: folder }).sort();
const read = (page: string): string => readFileSync(join(folder, page), 'utf8');

const numbered = (page: string): string => page.slice(0, 4);

/**
 * The text after a label in the list at the top of a page; undefined if the page does not have the
 * label.
 */
function headed(page: string, label: 'Status' | 'Date'): string | undefined {
  const [head = ''] = read(page).split(/^## /m);
  return new RegExp(`^- ${label}: (.+)$`, 'm').exec(head)?.[1];
}

/** Cells of the README's rows that begin with a link to a page. */
const table = read('README.md')
  .split('\n')
  .filter((line) => line.startsWith('| [0'))
  .map((line) => line.slice(2, -2).split(' | '));

test('there are decisions', () => {
  expect(pages.length).toBeGreaterThan(10);
});

describe.each(pages)('%s', (page) => {
  test('has a status, and names its successor by a link', () => {
    const status = headed(page, 'Status') ?? '';
    const link = String.raw`\[\d{4}\]\(\S+\.md\)`;
    const successors = `(accepted; amended|superseded) by ${link}(, ${link})*`;
    expect(status).toMatch(new RegExp(`^(accepted|${successors})$`));
    for (const [, successor = ''] of status.matchAll(/\]\((\S+)\)/g)) {
      expect(pages).toContain(successor);
    }
  });

  test('has the date of its decision', () => {
    expect(headed(page, 'Date')).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(Number.isNaN(Date.parse(headed(page, 'Date') ?? ''))).toBe(false);
  });

  test('has the sections context, decision and consequences', () => {
    const headings = [...read(page).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(expect.arrayContaining(['Context', 'Decision', 'Consequences']));
    expect(read(page)).toMatch(new RegExp(`^# ${numbered(page)}: `));
  });
});

test('the table has one row for each, with its status and date', () => {
  expect(table.map(([link, , status, date]) => [link, status, date])).toEqual(
    pages.map((page) => [
      `[${numbered(page)}](${page})`,
      headed(page, 'Status'),
      headed(page, 'Date'),
    ]),
  );
});

test('every decision that a source or a document names exists', () => {
  const files = globSync('**/*.{ts,mjs,md}', {
    cwd: root,
    exclude: (name) => /^(node_modules|cdk\.out|\.venv|\.doctor.*)$/.test(name),
  });
  const named = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\b(?:ADR |docs\/adr\/)(\d{4})/g)].map(
      ([, number = '']) => ({ file, number }),
    ),
  );
  expect(named.length).toBeGreaterThan(5);
  const numbers = new Set(pages.map(numbered));
  expect(named.filter(({ number }) => !numbers.has(number))).toEqual([]);
});
