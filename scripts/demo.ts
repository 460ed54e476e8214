import './demo-state.ts';
import { flags } from './stack/command-line.ts';
import { playFault } from './stack/play-fault.ts';
import { run } from './stack/progress.ts';
import { withStack } from './stack/with-stack.ts';

const usage = `npm run demo

Simulates one host fault end to end, on a temporary stack beside any other. Exit status 0 if the tenant
was notified, else 1.

  DOCTOR_STATE_DIR   use the stack of that folder instead, if one is up`;

// `npm run demo`: one host fault end to end. It stops the stack afterwards, unless the stack was up
// before.
await run(async () => {
  flags(usage);
  const notified = await withStack(0, ({ stack }) => playFault(stack));
  return notified ? 0 : 1;
});
