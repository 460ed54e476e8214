/** Reads the instances of a host while the report about the host is still being prepared. */
import type { Instance } from '../domain/servers/instance.ts';
import type { ApplyFaultDeps } from './apply-fault.ts';

/** The instances that an index shows on a host or on its way there, requested as soon as this exists. */
export type ReadAhead = Pick<ApplyFaultDeps, 'instancesOn' | 'instancesTo'> & {
  /** All of their rows, read consistently; undefined if there are more than `most`. */
  readonly few: (most: number) => Promise<readonly Instance[] | undefined>;
};

/** Starts both queries now. An error of a query is thrown where its page is read. */
export function readAhead(
  deps: Pick<ApplyFaultDeps, 'instancesOn' | 'instancesTo' | 'instances'>,
  host: string,
): ReadAhead {
  const on = startedNow(deps.instancesOn(host));
  const to = startedNow(deps.instancesTo(host));
  return {
    instancesOn: on,
    instancesTo: to,
    few: async (most) => {
      const [here, coming] = await Promise.all([upTo(on(), most), upTo(to(), most)]);
      const uuids = here && coming && [...new Set([...here, ...coming])];
      if (!uuids || uuids.length > most) return undefined;
      return uuids.length > 0 ? deps.instances(uuids) : [];
    },
  };
}

/** The pages, whose first one is requested now. They can be read several times, and are requested once. */
export function startedNow<T>(pages: AsyncIterable<T>): () => AsyncGenerator<T> {
  const source = pages[Symbol.asyncIterator]();
  const requested: Promise<IteratorResult<T>>[] = [];
  const request = (): Promise<IteratorResult<T>> => {
    const next = source.next();
    // Not unhandled if no reader comes this far.
    next.catch(() => {});
    requested.push(next);
    return next;
  };
  request();
  return async function* () {
    for (let n = 0; ; n++) {
      const page = await (requested[n] ?? request());
      if (page.done) return;
      yield page.value;
    }
  };
}

/** All ids of the pages; undefined if there are more than `most`. */
async function upTo(
  pages: AsyncIterable<readonly string[]>,
  most: number,
): Promise<readonly string[] | undefined> {
  const ids: string[] = [];
  for await (const page of pages) {
    ids.push(...page);
    if (ids.length > most) return undefined;
  }
  return ids;
}
