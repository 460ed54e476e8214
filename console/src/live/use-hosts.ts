/** All hosts, kept up to date: few that change are read one by one, not with the whole list. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, ask } from '../api/client.ts';
import { listHosts } from '../api/hosts.ts';
import { hostState } from '../ui/states.ts';
import { onChange } from './feed.ts';
import { type ListedHost, withHosts } from './hosts-now.ts';
import { type Live, useLive } from './use-live.ts';

/** The most changed hosts that are read one by one. */
const fewHosts = 5;

/** The host as it is now; undefined if it is deleted. */
async function hostNow(name: string): Promise<ListedHost | undefined> {
  try {
    const { host } = await ask('GET /doctor/v1/hosts/{host}', { params: { host: name } });
    const { zone, updated_at } = host;
    return host.deleted ? undefined : { host: name, zone, updated_at, state: hostState(host) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

export function useHosts(): Live<readonly ListedHost[]> {
  const listed = useLive(listHosts, []);
  const [hosts, setHosts] = useState<readonly ListedHost[] | undefined>(undefined);
  const reload = useRef(listed.reload);
  reload.current = listed.reload;
  useEffect(() => setHosts(listed.data), [listed.data]);
  useEffect(
    () =>
      onChange(({ ids, all, everything }) => {
        const names = [...(ids.get('hosts') ?? [])];
        if (everything || all.has('hosts') || names.length > fewHosts) return reload.current();
        if (names.length > 0) readAgain(names, setHosts).catch(() => reload.current());
      }),
    [],
  );
  return { ...listed, data: hosts };
}

async function readAgain(
  names: readonly string[],
  set: (
    change: (hosts: readonly ListedHost[] | undefined) => readonly ListedHost[] | undefined,
  ) => void,
): Promise<void> {
  const read = await Promise.all(
    names.map(
      async (name): Promise<[string, ListedHost | undefined]> => [name, await hostNow(name)],
    ),
  );
  set((hosts) => hosts && withHosts(hosts, new Map(read)));
}
