import { takeDown } from './stack/bring-up.ts';
import { run } from './stack/progress.ts';

// `npm run down`: leaves no process, no data and no credentials of the stack behind.
await run(async () => {
  console.log((await takeDown()) ? 'The stack is down.' : 'No stack was up.');
  return 0;
});
