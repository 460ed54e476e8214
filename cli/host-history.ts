/** `doctor host history`: reads pages until it has the requested number of entries. */
import * as z from 'zod';
import type { Given } from './command.ts';
import { Item } from './output.ts';
import { segment } from './requests.ts';
import { type CliSession, Misuse } from './session.ts';

/** The largest size of a page, and the number of entries without `--limit`. */
const longestPage = 200;

const Page = z.object({ history: z.array(Item), next: z.string().optional() });

/** @throws Misuse */
function limitOf({ limit }: Given): number {
  if (limit === undefined) return longestPage;
  if (/^[1-9]\d{0,5}$/.test(String(limit))) return Number(limit);
  throw new Misuse('--limit is a number from 1 to 999999.');
}

/** The newest entries of a host, the newest first. @throws Misuse */
export async function historyOf(session: CliSession, host: string, given: Given): Promise<Item[]> {
  const limit = limitOf(given);
  const items: Item[] = [];
  const first = `/host-history/${segment(host)}?limit=${Math.min(limit, longestPage)}`;
  for (let path: string | undefined = first; path !== undefined && items.length < limit; ) {
    const page: z.infer<typeof Page> = Page.parse(
      await session.ask({ service: 'fault-management', path }),
    );
    items.push(...page.history);
    path = page.next;
  }
  return items.slice(0, limit);
}
