import { wantedPort } from './stack/bring-up.ts';
import { describe } from './stack/describe.ts';
import { playFault } from './stack/play-fault.ts';
import { run } from './stack/progress.ts';
import { withStack } from './stack/with-stack.ts';

// `npm start`: the stack, one host fault end to end on it, and then the stack to try things with.
await run(async () => {
  await withStack(wantedPort(), async ({ stack, reused }, interrupted) => {
    const told = await playFault(stack);
    if (!told) console.log('\nThe fault was not notified as promised: see the log.');
    console.log(describe(stack));
    console.log(
      reused
        ? '\nThis stack was up before: Ctrl-C leaves it up, "npm run down" stops it.\n'
        : '\nCtrl-C stops it.\n',
    );
    const awake = setInterval(() => {}, 60_000);
    await interrupted;
    clearInterval(awake);
  });
  return 0;
});
