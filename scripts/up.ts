import { bringUp, wantedPort } from './stack/bring-up.ts';
import { flags } from './stack/command-line.ts';
import { describe } from './stack/describe.ts';
import { run } from './stack/progress.ts';

const usage = `npm run up

Starts the embedded stack in the background, deploys Doctor to it, and returns when it answers. It has
the data that an earlier stack kept. If a stack is up, changed code is deployed to it; one that does
not answer is not touched (exit status 1). No data is ever deleted.

  DOCTOR_PORT              the port of a new stack (default 4566, or a free one if it is taken)
  DOCTOR_SETTINGS          settings of the deployment as name=value, separated by spaces (default none)
  DOCTOR_STATE_DIR         where the stack keeps its files (default .doctor)
  DOCTOR_PATIENCE_SECONDS  how long a stack may take to answer (default 60)`;

// `npm run up`: the embedded stack with Doctor deployed, in the background.
await run(async () => {
  flags(usage);
  const { stack } = await bringUp(wantedPort(), 'data');
  console.log(describe(stack));
  console.log('\n  npm run down      stops it, and keeps its data\n');
  return 0;
});
