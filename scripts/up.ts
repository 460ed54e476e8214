import { bringUp, wantedPort } from './stack/bring-up.ts';
import { describe } from './stack/describe.ts';
import { run } from './stack/progress.ts';

// `npm run up`: the embedded stack with Doctor deployed, in the background.
await run(async () => {
  const { stack } = await bringUp(wantedPort());
  console.log(describe(stack));
  console.log('\n  npm run down      stops it\n');
  return 0;
});
