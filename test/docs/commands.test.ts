/**
 * Runs every command of the documents in order on the deployed stack, with one shell for each
 * document.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allBlocks, documents, isShell, missingFrom, stepsOf } from './blocks.ts';
import { notRun } from './not-run.ts';
import { openstackFunction, openstackServer } from './openstack-server.ts';
import { openShell, type Shell } from './shell.ts';

const commands = allBlocks.filter(isShell);
const toRun = (document: string) =>
  commands.filter((block) => block.document === document && block.notRun === undefined);

describe.each(documents.filter((document) => toRun(document).length > 0))('%s', (document) => {
  let shell: Shell;
  beforeAll(async () => {
    shell = openShell();
    await shell.run(openstackFunction(await openstackServer()));
  });
  afterAll(() => shell.close());

  test.each(toRun(document))('line $line does what it says', async (block) => {
    for (const { command, shown } of stepsOf(block)) {
      const output = await shell.run(command);
      expect(missingFrom(output, shown), output).toEqual([]);
    }
  });
});

test('exactly the blocks in the list are marked as not run, with their reasons', () => {
  const marked = commands.filter((block) => block.notRun !== undefined);
  const found = marked.map(({ document, text, notRun }) => ({
    document,
    first: text.split('\n')[0],
    reason: notRun,
  }));
  expect(found).toEqual(notRun);
});

test('only commands are marked as not run', () => {
  const others = allBlocks.filter((block) => !isShell(block) && block.notRun !== undefined);
  expect(others).toEqual([]);
});
