import { takeDown } from './stack/bring-up.ts';
import { flags } from './stack/command-line.ts';
import { keptName } from './stack/kept.ts';
import { run } from './stack/progress.ts';

const usage = `npm run down [-- --discard]

Stops the embedded stack and all its processes. Its data and its credentials are kept: "npm run up"
and "npm start" use them again.

  --discard   delete the data and the credentials too`;

const aboutData = {
  none: '',
  kept: ` Its data is kept in ${keptName}; "npm run down -- --discard" deletes it.`,
  discarded: ' Its data is deleted.',
} as const;

// `npm run down`: stops the stack; with `--discard`, deletes its data too.
await run(async () => {
  const { discard = false } = flags(usage, ['discard']);
  const { wasUp, data } = await takeDown({ discard });
  console.log(`${wasUp ? 'The stack is down.' : 'No stack was up.'}${aboutData[data]}`);
  return 0;
});
