import * as z from 'zod';
import type { Query } from '../../adapters/http/query.ts';
import type { Actor } from '../../domain/change.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { Dictionary } from '../../domain/json.ts';
import type { Network } from '../../domain/ports/network.ts';
import type { Port } from '../../domain/ports/port.ts';
import { manages } from '../../domain/ports/port-access.ts';
import type { PortIndex, PortIndexReading } from '../../domain/ports/port-index.ts';
import type { DecideNetwork, JudgeDeletion } from '../../flows/change-network.ts';
import type { DecidePort } from '../../flows/change-port.ts';
import type { NewPort } from '../../flows/create-ports.ts';
import { badRequest } from './neutron.ts';
import type { Maker } from './request-body.ts';

/** The dependencies of the routes of ports. */
export type PortDeps = {
  /** The ids in an index, in pages. Within a project they are in order. */
  readonly portIds: (among: PortIndex, walk: PortIndexReading) => AsyncIterable<readonly string[]>;
  /** Ports as readers see them, consistently, in any order; deleted and unknown ones are left out. */
  readonly readPorts: (ids: readonly string[]) => Promise<readonly Port[]>;
  readonly createPorts: (requested: readonly NewPort[]) => Promise<readonly Port[]>;
  readonly changePort: (id: string, decide: DecidePort) => Promise<Port>;
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  readonly now: () => string;
  readonly newId: () => string;
  readonly newMac: () => string;
};

/** The dependencies of the routes of networks. */
export type NetworkDeps = {
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  /** The networks of a project (undefined: of all), in order of their ids. */
  readonly networksOf: (project_id: string | undefined) => Promise<readonly Network[]>;
  readonly createNetwork: (network: Network) => Promise<Network>;
  readonly changeNetwork: (id: string, decide: DecideNetwork) => Promise<Network>;
  readonly deleteNetwork: (
    network: { readonly id: string; readonly now: string },
    judge: JudgeDeletion,
  ) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => string;
};

/** The caller who creates a resource, as far as the checks of a body need it. */
export const makerOf = (caller: Caller): Maker => ({
  project_id: caller.project_id,
  manages: manages(caller),
});

/** @throws HTTPBadRequest if a DELETE was sent with a body. */
export function requireNoBody(sent: boolean): void {
  if (sent) throw badRequest('Request body is not supported in DELETE.');
}

/** An id in a path, in lower case; undefined for a text that is not an id, such as a name. */
export const idOf = (text: string): string | undefined =>
  z.guid().safeParse(text).data?.toLowerCase();

/** The caller and the request of a change. */
export const actorAt = (
  { caller, request_id }: { readonly caller: Caller; readonly request_id: string },
  at: string,
): Actor => ({ user_id: caller.user_id, request_id, at });

/** The attributes that `fields` requests; empty for all. */
export const fieldsOf = ({ fields = [] }: Query): string[] => fields.filter((name) => name !== '');

/**
 * Whether a body has the object under its name. Neutron checks such a body before it looks for the
 * resource, and any other body after. Source: neutron `pecan_wsgi/hooks/body_validation.py`.
 */
export const isWrapped = (json: unknown, key: 'port' | 'network'): boolean => {
  const body = Dictionary.safeParse(json);
  return body.success && (key in body.data || `${key}s` in body.data);
};
