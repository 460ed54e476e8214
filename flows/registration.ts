/** What the flows of registrations share: their dependencies, the origin of a report, its outcome. */

import type { Actor } from '../domain/change.ts';
import type { Host } from '../domain/hosts/host.ts';
import type { RegistrationOutcome } from '../domain/registration.ts';
import type { Departures } from '../domain/servers/evacuation.ts';
import type { Instance } from '../domain/servers/instance.ts';
import type { EventsOut } from './events-out.ts';

/** What the flows read, write and send. */
export type RegisterDeps = EventsOut & {
  /** Rows read consistently, tombstones included; a host's by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly instance: (uuid: string) => Promise<Instance | undefined>;
  /** A number that no service had before: the id of a service before microversion 2.53. */
  readonly nextServiceNumber: () => Promise<number>;
  /** Writes a row if it is as it was read (undefined: if there is still none); else returns false. */
  readonly saveHost: (from: Host | undefined, to: Host) => Promise<boolean>;
  readonly saveInstance: (from: Instance | undefined, to: Instance) => Promise<boolean>;
  /** The evacuations from a host, read consistently. */
  readonly departures: (source: string) => Promise<Departures>;
  readonly newId: () => string;
};

/** The caller of a registration, and the time at which it was true; undefined if the feed does not say. */
export type ReportOrigin = { readonly reported_at: string | undefined; readonly actor: Actor };

/** The outcome of a registration, with the row as it is now. */
export type Registered<Row> = Pick<RegistrationOutcome<Row>, 'kind' | 'row'>;
