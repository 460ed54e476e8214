/** Reads and writes whose order a scheduler of fast-check chooses, for tests of interleavings. */
import type fc from 'fast-check';
import type { Instance } from '../../domain/servers/instance.ts';
import type { InstanceChange } from '../../flows/apply-fault.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import type { World } from './world.ts';

/** A write of an instance. */
export type Write = { readonly from: Instance | undefined; readonly to: Instance };

/** Turns a call into a step, which waits until the scheduler runs it. */
export const scheduledBy =
  (scheduler: fc.Scheduler) =>
  <Args extends readonly unknown[], T>(name: string, work: (...args: Args) => Promise<T>) =>
  async (...args: Args): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), name);
    return work(...args);
  };

/** The calls of a world that read and write instances, as steps; `history` gets every write, in order. */
export function instanceSteps(
  step: ReturnType<typeof scheduledBy>,
  { deps }: World,
  history: Write[],
) {
  return {
    instance: step('read instance', deps.instance),
    instances: step('read instances', deps.instances),
    saveInstance: step(
      'write instance',
      async (from: Instance | undefined, to: Instance, standing?: readonly ExpectedHost[]) => {
        const done = await deps.saveInstance(from, to, standing);
        if (done) history.push({ from, to });
        return done;
      },
    ),
    saveReport: step('write report', deps.saveReport),
    saveWhole: step(
      'write report and instances',
      async (...args: Parameters<typeof deps.saveWhole>) => {
        const done = await deps.saveWhole(...args);
        if (done) history.push(...args[2]);
        return done;
      },
    ),
    change: step('write instances', async (changes: readonly InstanceChange[]) => {
      const overtaken = await deps.change(changes);
      history.push(...changes.filter((change) => !overtaken.includes(change)));
      return overtaken;
    }),
  };
}
