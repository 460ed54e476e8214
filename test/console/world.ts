/** Hosts and servers for the tests of the console, made by the API. */

import { newHost, newInstance, newName } from '../e2e/cloud.ts';
import type { Client } from '../stack/stack.ts';

export type Rack = {
  readonly host: string;
  readonly servers: readonly { readonly id: string; readonly name: string }[];
};

/** A host with servers of a project. */
export async function newRack(admin: Client, project_id: string, servers = 2): Promise<Rack> {
  const host = await newHost(admin);
  const names = Array.from({ length: servers }, () => newName('web'));
  const ids = await Promise.all(
    names.map((name) => newInstance(admin, { name, project_id, host })),
  );
  return { host, servers: names.map((name, n) => ({ name, id: ids[n] ?? '' })) };
}
