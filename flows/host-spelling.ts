/** Callers name hosts in any case; rows that refer to a host have the spelling of its registration. */
import { type Host, HostName } from '../domain/hosts/host.ts';

/**
 * The name as the host was registered first; the name as it was given if no host ever had it.
 * @param deps `host` finds the row, a tombstone too, by any spelling.
 */
export async function spellingOf(
  { host }: { readonly host: (name: string) => Promise<Host | undefined> },
  name: string,
): Promise<string> {
  const row = HostName.safeParse(name).success ? await host(name) : undefined;
  return row?.host ?? name;
}

/**
 * What is read of a host. Only where nothing is found under the name as it was given is the host looked
 * up in another spelling: a list costs no more than what it shows.
 * @param name undefined if no host is asked for.
 */
export async function inAnySpelling<T>(
  deps: Parameters<typeof spellingOf>[0],
  name: string | undefined,
  read: (name: string | undefined) => Promise<T>,
  isEmpty: (found: T) => boolean,
): Promise<T> {
  const found = await read(name);
  if (name === undefined || !isEmpty(found)) return found;
  const spelling = await spellingOf(deps, name);
  return spelling === name ? found : read(spelling);
}
