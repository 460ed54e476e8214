import { wantedPort } from './stack/bring-up.ts';
import { flags } from './stack/command-line.ts';
import { describe } from './stack/describe.ts';
import { keptName } from './stack/kept.ts';
import { playFault } from './stack/play-fault.ts';
import { run } from './stack/progress.ts';
import { withStack } from './stack/with-stack.ts';

const usage = `npm start

Installs what is missing, starts the embedded stack with the data that an earlier one kept, deploys
Doctor to it and simulates one host fault. It runs until Ctrl-C, which stops the stack and keeps its data.
A stack that "npm run up" started is used, and stays up. Variables: see "npm run up -- --help".`;

// `npm start`: starts the stack, shows one host fault end to end, and leaves the stack up until
// Ctrl-C.
await run(async () => {
  flags(usage);
  await withStack(
    wantedPort(),
    async ({ stack, reused }, interrupted) => {
      const notified = await playFault(stack);
      if (!notified)
        console.log('\nThe tenant was not notified once, as it should be: see the log.');
      console.log(describe(stack));
      console.log(
        reused
          ? '\nThis stack was up before: Ctrl-C leaves it up, "npm run down" stops it.\n'
          : `\nCtrl-C stops it. Its data is kept in ${keptName}: "npm run down -- --discard" deletes it.\n`,
      );
      const awake = setInterval(() => {}, 60_000);
      await interrupted;
      clearInterval(awake);
    },
    'data',
  );
  return 0;
});
