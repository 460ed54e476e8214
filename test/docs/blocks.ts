/** The documents that people read, and the fenced blocks in them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/stack/state.ts';

/** Paths from the repository's root. */
export const documents: readonly string[] = [
  'README.md',
  ...globSync('docs/**/*.md', { cwd: root }).sort(),
  'test/README.md',
];

export type Block = {
  readonly document: string;
  /** Of its first line of content, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The reason from the comment `<!-- not run: … -->` above it; undefined if the block is run. */
  readonly notRun: string | undefined;
};

export const read = (document: string): string => readFileSync(join(root, document), 'utf8');

/** The fenced blocks of a document, in order. Throws if one has no language or no end. */
export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  const lines = read(document).split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^(\s*)```(.*)$/.exec(lines[at] ?? '');
    if (!fence) continue;
    const [, indent = '', language = ''] = fence;
    const end = lines.indexOf(`${indent}\`\`\``, at + 1);
    if (language === '' || end < 0)
      throw new Error(`${document}:${at + 1}: a block without ${end < 0 ? 'end' : 'language'}`);
    const text = lines.slice(at + 1, end).map((line) => line.slice(indent.length));
    const above = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';
    const [, notRun] = /^\s*<!-- not run: (.+) -->$/.exec(above) ?? [];
    blocks.push({ document, line: at + 2, language, text: text.join('\n'), notRun });
    at = end;
  }
  return blocks;
}

export const allBlocks: readonly Block[] = documents.flatMap(blocksOf);

/** A document without its fenced blocks. */
export const proseOf = (document: string): string =>
  read(document).replace(/^(\s*)```[\s\S]*?^\1```$/gm, '');

const shells = new Set(['sh', 'bash', 'console']);
export const isShell = ({ language }: Block): boolean => shells.has(language);

/** One command of a `console` block with the output that is shown below it. */
export type Step = { readonly command: string; readonly shown: readonly string[] };

/** The commands of a block: a `console` block shows prompts and output, any other is one script. */
export function stepsOf({ language, text }: Block): Step[] {
  if (language !== 'console') return [{ command: text, shown: [] }];
  const steps: { command: string; shown: string[] }[] = [];
  for (const line of text.split('\n')) {
    const last = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: [] });
    else if (last && last.shown.length === 0 && last.command.endsWith('\\'))
      last.command += `\n${line}`;
    else last?.shown.push(line);
  }
  return steps;
}

/**
 * The lines of the shown output that the real output does not have, in order. In the shown output
 * `…` stands for any text, and a line with only `…` for any lines.
 */
export function missingFrom(output: string, shown: readonly string[]): string[] {
  const lines = output.split('\n').map((line) => line.trimEnd());
  let from = 0;
  return shown.filter((wanted) => {
    if (wanted.trim() === '…' || wanted.trim() === '') return false;
    const parts = wanted
      .trimEnd()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const pattern = new RegExp(`^${parts.join('.*')}$`);
    const found = lines.findIndex((line, n) => n >= from && pattern.test(line));
    if (found >= 0) from = found + 1;
    return found < 0;
  });
}
