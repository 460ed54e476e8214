/** What a page of servers is made of. */

import type { VmState } from '../../../domain/servers/instance.ts';
import type { ServerIndex, ServerRange } from '../../../domain/servers/server-listing.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import type { NameTest, ServerTest } from './server-filter.ts';
import type { ServerOrder } from './server-sort.ts';

/** What a list of servers is made of. */
export type ServerFilter = {
  /** Undefined for all projects. */
  readonly project_id: string | undefined;
  readonly host?: string | undefined;
  readonly uuid?: string | undefined;
  /** Undefined for any. */
  readonly vm_states?: readonly VmState[] | undefined;
  /** `no`: servers that are not deleted; `only`: deleted servers; `any`: all. */
  readonly deleted: 'no' | 'only' | 'any';
  /** The last change is between these times, both included. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  /** The tests that a server must pass: also those for the fields above, but not for `deleted`. */
  readonly tests: readonly ServerTest[];
  /** Those of `tests` that need no more of a server than its name. */
  readonly names: readonly NameTest[];
  readonly order: ServerOrder;
  readonly marker?: string | undefined;
  readonly limit: number;
};

/** What a list reads. */
export type ServerPages = {
  /**
   * Sort keys (`indexedPlace`) of a list, in order, as its index shows them; pages begin short and
   * grow.
   */
  readonly listed: (list: ServerIndex, range: ServerRange) => AsyncIterable<readonly string[]>;
  /**
   * Sort keys (`indexedPlace`) of changed servers, deleted ones included, in any order; undefined
   * if there are more than `most`.
   */
  readonly changedBetween: (
    between: { readonly since: string; readonly before: string },
    most: number,
  ) => Promise<readonly string[] | undefined>;
  /** Uuids of the instances on a host, as the index shows them. */
  readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Instances, settled, with their hosts, in any order; deleted ones only with `deleted: true`. */
  readonly allSeen: (
    uuids: readonly string[],
    also?: { readonly deleted: boolean },
  ) => Promise<readonly SeenInstance[]>;
};

/** A page, and the uuid after which the next page begins; undefined if there is no next page. */
export type ServerPage = {
  readonly servers: readonly SeenInstance[];
  readonly next: string | undefined;
};

/**
 * The most servers that one request looks at. A filter without an index reads all servers, newest
 * first; one by name reads the rows of those whose key in the index has a fitting name. It stops at
 * this number, with a link to the rest: its page may have fewer servers than the limit, or none.
 */
export const mostServersRead = 10_000;
