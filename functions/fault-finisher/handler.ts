/**
 * Applies a host's fault once more, some time after its report: to instances that the report did
 * not live to change, or that the index did not show it. Finds nothing to do most of the time.
 * Tells owners of a maintenance once more as well, for the same reasons; repeats are told nobody.
 */
import { type Log, onQueue } from '../../adapters/lambda.ts';
import type { Host } from '../../domain/host.ts';
import type { Notice } from '../../domain/maintenance.ts';
import { FinishMessage } from '../../domain/messages.ts';

export type Deps = {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Applies what the host owes; gives the number of instances that changed. */
  readonly applyFault: (host: Host) => Promise<number>;
  /** Sends the events of a maintenance; gives the number of instances concerned. */
  readonly tellOwners: (notice: Notice) => Promise<number>;
  readonly log: Log;
};

export const createHandler = ({ host: read, applyFault, tellOwners, log }: Deps) =>
  onQueue({
    log,
    consume: async ({ body }) => {
      const message = FinishMessage.parse(JSON.parse(body));
      if ('notice' in message) {
        const { host, number } = message.notice;
        return { host, maintenance: number, concerned: await tellOwners(message.notice) };
      }
      const { host: name, number } = message;
      const host = await read(name);
      return { host: name, number, affected: host ? await applyFault(host) : 0 };
    },
    report: (finished) => log.info('finished', { finished }),
  });
