/** Reads the instances of a host while the report about the host is still being prepared. */
import type { Instance } from '../domain/servers/instance.ts';
import type { ApplyFaultDeps } from './apply-fault.ts';

/** What is read ahead. */
export type ReadAheadDeps = Pick<ApplyFaultDeps, 'instancesTo' | 'instances'> & {
  /**
   * The instances on a host as the index shows them, a page at a time: whole rows, which may be behind
   * the table. A write on condition that the row is as read finds that out.
   */
  readonly copiesOn: (host: string) => AsyncIterable<readonly Instance[]>;
};

/**
 * The instances that an index shows on a host or on its way there, requested as soon as this exists.
 * `instances` answers with the copies of the index once; from then on, and for others, it reads the rows.
 */
export type ReadAhead = Pick<ApplyFaultDeps, 'instancesOn' | 'instancesTo' | 'instances'> & {
  /** At most so many of them. */
  readonly first: (most: number) => Promise<FirstInstances>;
};

/** Some instances, and whether these are all. */
export type FirstInstances = { readonly instances: readonly Instance[]; readonly isAll: boolean };

/** Starts both queries now. An error of a query is thrown where its page is read. */
export function readAhead(deps: ReadAheadDeps, host: string): ReadAhead {
  const copies = new Map<string, Instance>();
  const on = startedNow(idsOf(deps.copiesOn(host), copies));
  const to = startedNow(deps.instancesTo(host));
  const instances = async (uuids: readonly string[]): Promise<readonly Instance[]> => {
    const known = uuids.flatMap((uuid) => copies.get(uuid) ?? []);
    const unknown = uuids.filter((uuid) => !copies.delete(uuid));
    return unknown.length > 0 ? [...known, ...(await deps.instances(unknown))] : known;
  };
  return {
    instancesOn: on,
    instancesTo: to,
    instances,
    first: async (most) => {
      const [here, coming] = await Promise.all([upTo(on(), most), upTo(to(), most)]);
      const all = [...new Set([...here, ...coming])];
      return { instances: await instances(all.slice(0, most)), isAll: all.length <= most };
    },
  };
}

/** The uuids of the rows, which are kept as copies. */
async function* idsOf(
  pages: AsyncIterable<readonly Instance[]>,
  copies: Map<string, Instance>,
): AsyncGenerator<readonly string[]> {
  for await (const page of pages) {
    for (const row of page) copies.set(row.uuid, row);
    yield page.map(({ uuid }) => uuid);
  }
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

/** The ids of the pages, until there are more than `most`. */
async function upTo(pages: AsyncIterable<readonly string[]>, most: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) {
    ids.push(...page);
    if (ids.length > most) break;
  }
  return ids;
}
