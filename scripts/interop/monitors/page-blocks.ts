/** The configurations of `docs/how-to/monitors/`, which the programs run with. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../stack/progress.ts';
import { root } from '../../stack/state.ts';

/** The code blocks of a page that are in a language, in their order. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(root, `docs/how-to/monitors/${page}.md`), 'utf8');
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return [...fences].map(([, block = '']) => block);
}

/**
 * Writes a configuration of a page, with the values of this machine: addresses, files, credentials
 * and shorter times.
 * @throws Refusal if the page does not have one of the texts to replace.
 */
export function writeConfig(
  file: string,
  block: string | undefined,
  replacements: Readonly<Record<string, string>>,
): void {
  let text = block ?? '';
  for (const [given, here] of Object.entries(replacements)) {
    if (!text.includes(given)) throw new Refusal(`the page's configuration has no "${given}"`);
    text = text.replaceAll(given, here);
  }
  writeFileSync(file, text, { mode: 0o600 });
}
