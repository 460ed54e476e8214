import { wantedPort } from './stack/bring-up.ts';
import { playFault } from './stack/play-fault.ts';
import { run } from './stack/progress.ts';
import { withStack } from './stack/with-stack.ts';

// `npm run demo`: one host fault end to end; exit status 0 if it was notified. A stack that was not
// up before is taken down again.
await run(async () => {
  const told = await withStack(wantedPort(), ({ stack }) => playFault(stack));
  return told ? 0 : 1;
});
