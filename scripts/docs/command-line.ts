/** `docs/reference/command-line.md`. */
import { commands } from '../../cli/commands.ts';
import { runCommandLine } from '../../cli/run.ts';
import { generatedFrom, page } from './markdown.ts';

/** The output of `doctor` for a command line that requests help. */
async function helpOf(...args: readonly string[]): Promise<string> {
  let printed = '';
  await runCommandLine(
    [...args, '--help'],
    {},
    {
      out: (text) => {
        printed += text;
      },
      err: (text) => {
        printed += text;
      },
      terminal: false,
    },
  );
  return `\`\`\`text\n${printed.trimEnd()}\n\`\`\``;
}

/** The page. */
export const commandLinePage = async (): Promise<string> =>
  page(
    '# Command line',
    generatedFrom('the help texts of `cli/`'),
    '`npm run doctor -- COMMAND` runs it from a clone. `npm install -g .` puts `doctor` on the path, and needs Node 24.',
    await helpOf(),
    '`--format json` prints all fields.',
    ...(await Promise.all(
      [...commands.map(({ name }) => name), 'report'].map(
        async (name) => `## ${name}\n\n${await helpOf(...name.split(' '))}`,
      ),
    )),
  );
