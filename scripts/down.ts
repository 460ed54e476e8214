import { takeDown } from './stack/bring-up.ts';
import { flags } from './stack/command-line.ts';
import { keptName } from './stack/kept.ts';
import { run } from './stack/progress.ts';

const usage = `npm run down [-- --discard]

Stops the embedded stack; no process is left. Its data and its credentials stay: "npm run up" and
"npm start" go on with them.

  --discard   deletes the data and the credentials as well`;

const aboutData = {
  none: '',
  kept: ` Its data is kept in ${keptName}; "npm run down -- --discard" deletes it.`,
  discarded: ' Its data is deleted.',
} as const;

// `npm run down`: leaves no process of the stack behind; with `--discard`, nothing at all.
await run(async () => {
  const { discard = false } = flags(usage, ['discard']);
  const { wasUp, data } = await takeDown({ discard });
  console.log(`${wasUp ? 'The stack is down.' : 'No stack was up.'}${aboutData[data]}`);
  return 0;
});
