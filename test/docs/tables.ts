import { proseOf } from './blocks.ts';

export type Row = readonly string[];

/** The body rows of the tables below a heading (its text, as in `Traits`), cells trimmed. */
export function rowsBelow(document: string, heading: string): Row[] {
  const sections = proseOf(document).split(/^(?=#{1,6} )/m);
  const section = sections.find((text) => text.split('\n')[0]?.replace(/^#+ /, '') === heading);
  if (section === undefined) throw new Error(`${document} has no heading "${heading}"`);
  return rowsOf(section);
}

/** The body rows of every table in a text. */
export function rowsOf(text: string): Row[] {
  const lines = text.split('\n');
  const isRow = (line: string | undefined) => line?.startsWith('|') ?? false;
  return lines.flatMap((line, at) => {
    const head = isRow(lines[at + 1]) && /^\|[-| ]+\|$/.test(lines[at + 1] ?? '');
    if (!isRow(line) || head || /^\|[-| ]+\|$/.test(line)) return [];
    return [
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    ];
  });
}

/** The texts between backticks. */
export const codesIn = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
