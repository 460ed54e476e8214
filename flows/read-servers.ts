/** Reads instances as every reader sees them: settled with their hosts. */
import type { Host } from '../domain/hosts/host.ts';
import { asSeen } from '../domain/hosts/host-fault.ts';
import { targetOf } from '../domain/servers/evacuation.ts';
import type { Instance } from '../domain/servers/instance.ts';

/** What the flow reads. */
export type ReadServersDeps = {
  /** Rows read consistently, tombstones included, in any order; unknown ones are left out. */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  readonly hosts: (names: readonly string[]) => Promise<readonly Host[]>;
};

/** An instance, settled, with its host; undefined if it is on no host. */
export type SeenInstance = { readonly instance: Instance; readonly host: Host | undefined };

/**
 * The instances of the uuids with their hosts, in any order. Unknown uuids are left out.
 * Instances are read before hosts, so that no fault recorded by then is missed.
 * @param also `deleted`: whether to return tombstones too.
 */
export async function readServers(
  deps: ReadServersDeps,
  uuids: readonly string[],
  also: { readonly deleted: boolean } = { deleted: false },
): Promise<SeenInstance[]> {
  if (uuids.length === 0) return [];
  const rows = await deps.instances([...new Set(uuids)]);
  const instances = rows.filter(({ deleted }) => also.deleted || !deleted);
  const names = new Set(instances.flatMap((each) => [each.host, targetOf(each)]));
  const known = [...names].filter((name) => name !== null);
  const hosts = new Map((await deps.hosts(known)).map((host) => [host.host, host]));
  const named = (name: string | null) => (name === null ? undefined : hosts.get(name));
  return instances.map((instance) => {
    const host = named(instance.host);
    return { instance: asSeen(instance, host, named(targetOf(instance))), host };
  });
}
