/** Which servers the cloud itself lists as deleted lately: then no right is missing, and no cell is out. */
import { sinceAfter } from '../domain/mirror/cloud-job.ts';
import type { CloudReader } from './cloud-reader.ts';
import type { CloudJobStore } from './request-walk.ts';

export type DeletedServersDeps = Pick<CloudJobStore, 'cloudJob'> & {
  readonly cloud: Pick<CloudReader, 'serverPage'>;
  readonly now: () => string;
};

/** Pages that are read at most: the servers of others stay, and the next walk sees them. */
const mostPages = 10;

/**
 * The servers that were deleted since the last listing of changes, which has seen all before.
 * @param limit of a page.
 */
export async function deletedServers(
  { cloudJob, cloud, now }: DeletedServersDeps,
  { limit, isLate }: { readonly limit: number; readonly isLate: () => boolean },
): Promise<ReadonlySet<string>> {
  const since = (await cloudJob('changes')).since ?? sinceAfter(now());
  const found = new Set<string>();
  let marker: string | null = null;
  for (let pages = 0; pages < mostPages && !isLate(); pages++) {
    const page: Awaited<ReturnType<CloudReader['serverPage']>> = await cloud.serverPage({
      ...{ marker, limit, since },
    });
    if (page === 'lost') return found;
    for (const { uuid } of page.ended) found.add(uuid);
    if (page.next === null) return found;
    marker = page.next;
  }
  return found;
}
