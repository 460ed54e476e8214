import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root, stateDir } from '../../scripts/stack/state.ts';
import { blocksOf, missingFrom } from './blocks.ts';

/** A line without the values that differ from run to run. */
const plain = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(id)')
    .replace(/demo-[0-9a-f]{8}/g, '(host)')
    .replace(/\d+ ms/g, '(ms)');

test('the demo prints what the README shows of it', async () => {
  const shown = blocksOf('README.md').find(({ text }) => text.startsWith('One host fault'));
  // On the stack of these tests, not on one of its own.
  const env = { ...process.env, DOCTOR_STATE_DIR: stateDir };
  const demo = [join(root, 'scripts/demo.ts')];
  const { stdout } = await promisify(execFile)(process.execPath, demo, { env });
  expect(missingFrom(plain(stdout), plain(shown?.text ?? '').split('\n')), stdout).toEqual([]);
  expect(shown).toBeDefined();
});
