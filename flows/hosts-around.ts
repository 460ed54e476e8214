import type { Host } from '../domain/hosts/host.ts';
import { targetOf } from '../domain/servers/evacuation.ts';
import type { Instance } from '../domain/servers/instance.ts';

/** The hosts that an instance may be owed a fault by: its own, and the one that it is on its way to. */
export type HostsAround = { readonly host: Host | undefined; readonly target: Host | undefined };

/** Reads them, after the instance, so that no fault recorded by then is missed. */
export async function hostsAround(
  { host: read }: { readonly host: (name: string) => Promise<Host | undefined> },
  instance: Instance,
): Promise<HostsAround> {
  const [host, target] = await Promise.all(
    [instance.host, targetOf(instance)].map((name) => (name === null ? undefined : read(name))),
  );
  return { host, target };
}
