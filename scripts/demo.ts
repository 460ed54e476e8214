import './demo-state.ts';
import { flags } from './stack/command-line.ts';
import { playFault } from './stack/play-fault.ts';
import { run } from './stack/progress.ts';
import { withStack } from './stack/with-stack.ts';

const usage = `npm run demo

Plays one host fault end to end, on a stack that is there for this once beside any other. Exit status
0 if it was notified, else 1.

  DOCTOR_STATE_DIR   plays it on the stack of that folder instead, if one is up`;

// `npm run demo`: one host fault end to end; exit status 0 if it was notified. A stack that was not
// up before is taken down again.
await run(async () => {
  flags(usage);
  const told = await withStack(0, ({ stack }) => playFault(stack));
  return told ? 0 : 1;
});
