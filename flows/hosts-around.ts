import type { Host } from '../domain/hosts/host.ts';
import { targetOf } from '../domain/servers/evacuation.ts';
import type { Instance } from '../domain/servers/instance.ts';

/** The hosts whose faults apply to an instance: its own host and its target. Undefined for none. */
export type HostsAround = { readonly host: Host | undefined; readonly target: Host | undefined };

/**
 * Reads both hosts. The instance was read before them, so no fault that was recorded by then is
 * missed.
 */
export async function hostsAround(
  { host: read }: { readonly host: (name: string) => Promise<Host | undefined> },
  instance: Instance,
): Promise<HostsAround> {
  const [host, target] = await Promise.all(
    [instance.host, targetOf(instance)].map((name) => (name === null ? undefined : read(name))),
  );
  return { host, target };
}
