import './test-state.ts';
import { mkdirSync } from 'node:fs';
import { findChromium } from './console/chromium.ts';
import { Refusal, run } from './stack/progress.ts';
import { stateDir } from './stack/state.ts';
import { withStack } from './stack/with-stack.ts';
import { type Count, inOrder, makeParts, sideBySide } from './test-parts.ts';

// `npm test`: lint, types, unit tests, the scripts' tests on stacks of their own, and the tests
// that need the embedded stack. The script starts and stops that stack itself, beside any other
// that is up. Last line: `N passed, N failed`.
//
// Three rows of parts run side by side, because each of them waits much of its time. They do not
// affect each other: one uses the deployed service, and then its own tables and queues, one its own
// tables and queues only, and one no shared stack.

/** True if there is a browser for the tests of the console. Otherwise it prints what is missing. */
function hasChromium(): boolean {
  try {
    findChromium();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.log(`console │ not run: ${error.message}`);
    return false;
  }
}

const interrupted: Count = { passed: 0, failed: 1 };

await run(async () => {
  mkdirSync(stateDir, { recursive: true });
  const { check, script, vitest, stop } = makeParts();
  const onStack = withStack(0, (_, interruption) => {
    interruption.then(stop);
    return sideBySide(
      inOrder(
        () => vitest('e2e', 'clients', 'docs'),
        () => vitest('adapters'),
        () => vitest('infra'), // needs no stack, and the third row has more to do
      ),
      vitest('crash'),
    );
  });
  const withoutStack = inOrder(
    () => check('lint', 'biome', 'check'),
    () => check('types', 'tsc'),
    () => check('types of the console', 'tsc', '-p', 'console'),
    () => vitest('unit'),
    () => vitest('scripts'),
    ...(hasChromium() ? [() => script('console', 'scripts/test-console.ts')] : []),
  );
  const { passed, failed } = await sideBySide(
    onStack.then((count) => count ?? interrupted),
    withoutStack,
  );
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
