import './test-console-state.ts';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findChromium } from './console/chromium.ts';
import { measureHosts } from './console/measure-hosts.ts';
import { Refusal, run } from './stack/progress.ts';
import { stateDir } from './stack/state.ts';
import { withStack } from './stack/with-stack.ts';
import { type Count, makeParts } from './test-parts.ts';

// `npm run test:console`: tests the console in a browser, on an embedded stack that the script
// starts and stops itself. Last line: `N passed, N failed`.

const usage = `npm run test:console [-- options]

Tests the console in Chromium on an embedded stack of its own, and needs Chromium, which root gets by apt-get.

  --screenshots   run the tests of the views alone, and write a picture of each to docs/console/
  --hosts NUMBER  register so many hosts, and print how long the page takes to show them; no tests
  --help          print this`;

const parse = () =>
  parseArgs({
    options: {
      screenshots: { type: 'boolean', default: false },
      hosts: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }).values;

function commandLine(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

/** The number of hosts from the command line; undefined if the option is not given. */
function numberOf(hosts: string | undefined): number | undefined {
  if (hosts === undefined) return undefined;
  const number = Number(hosts);
  if (Number.isInteger(number) && number > 0 && number <= 20_000) return number;
  throw new Refusal('--hosts is a number of hosts, up to 20000.', 2);
}

await run(async () => {
  const { screenshots, hosts, help } = commandLine();
  const number = numberOf(hosts);
  if (help) {
    console.log(usage);
    return 0;
  }
  process.env.CHROMIUM = findChromium();
  if (screenshots) process.env.CONSOLE_SCREENSHOTS = 'docs/console';
  mkdirSync(stateDir, { recursive: true });
  const { check, vitest, stop } = makeParts();
  const count = await withStack(0, async ({ stack }, interruption): Promise<Count | undefined> => {
    interruption.then(stop);
    if (number !== undefined) {
      await measureHosts(stack.outputs.ApiUrl ?? '', number);
      return { passed: 0, failed: 0 };
    }
    if (!screenshots) return vitest('console');
    // Runs only the tests of the views, so that the pictures do not show hosts of other tests.
    return check('console', 'vitest', 'run', '--project', 'console', 'test/console/views.test.ts');
  });
  const { passed, failed } = count ?? { passed: 0, failed: 1 };
  if (number === undefined) console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
