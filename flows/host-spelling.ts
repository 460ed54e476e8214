/** Callers spell names of hosts in any case. Rows refer to a host by the spelling of its registration. */
import { type Host, HostName } from '../domain/hosts/host.ts';

/**
 * The name in the spelling of the host's first registration; the given name if no host ever had it.
 * @param deps `host` finds a row by any spelling, tombstones included.
 */
export async function spellingOf(
  { host }: { readonly host: (name: string) => Promise<Host | undefined> },
  name: string,
): Promise<string> {
  const row = HostName.safeParse(name).success ? await host(name) : undefined;
  return row?.host ?? name;
}

/**
 * Reads something by the name of a host. Looks up the registered spelling only if the read with the
 * given name finds nothing, so that most requests do not pay for the look-up.
 * @param name undefined if the request names no host.
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
