import { createHook } from 'node:async_hooks';

/** How many keys are derived while the work is done: each is one request of Node to its threads. */
export async function keysDerived(work: () => Promise<unknown>): Promise<number> {
  let keys = 0;
  const hook = createHook({
    init: (_, type) => {
      if (type === 'SCRYPTREQUEST') keys++;
    },
  }).enable();
  await work();
  hook.disable();
  return keys;
}
