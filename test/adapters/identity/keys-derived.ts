import { createHook } from 'node:async_hooks';

/** Counts how many keys are derived during the work. Each is one request of Node to its thread pool. */
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
