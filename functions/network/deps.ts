import * as z from 'zod';
import type { Query } from '../../adapters/http/query.ts';
import type { Actor } from '../../domain/change.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { Dictionary } from '../../domain/json.ts';
import type { Network } from '../../domain/ports/network.ts';
import type { Port } from '../../domain/ports/port.ts';
import { manages } from '../../domain/ports/port-access.ts';
import type { Among, Walk } from '../../domain/ports/port-index.ts';
import type { DecideNetwork, JudgeDeletion } from '../../flows/change-network.ts';
import type { DecidePort } from '../../flows/change-port.ts';
import type { NewPort } from '../../flows/create-ports.ts';
import { badRequest } from './neutron.ts';
import type { Maker } from './port-input.ts';

/** What the routes of ports need from outside. */
export type PortDeps = {
  /** Ids as an index shows them, in order of the ids within a project; a page at a time. */
  readonly portIds: (among: Among, walk: Walk) => AsyncIterable<readonly string[]>;
  /** Ports as they are seen, read consistently, in any order; deleted and unknown ones are left out. */
  readonly readPorts: (ids: readonly string[]) => Promise<readonly Port[]>;
  readonly createPorts: (wanted: readonly NewPort[]) => Promise<readonly Port[]>;
  readonly changePort: (id: string, decide: DecidePort) => Promise<Port>;
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  readonly now: () => string;
  readonly newId: () => string;
  readonly newMac: () => string;
};

/** What the routes of networks need from outside. */
export type NetworkDeps = {
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  /** Those of a project, or all of them, in order of their ids. */
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

export const makerOf = (caller: Caller): Maker => ({
  project_id: caller.project_id,
  manages: manages(caller),
});

/** @throws HTTPBadRequest if a DELETE was sent with a body. */
export function requireNoBody(sent: boolean): void {
  if (sent) throw badRequest('Request body is not supported in DELETE.');
}

/** An id of a path, in lower case; undefined for a text that can be none, such as a name. */
export const idOf = (text: string): string | undefined =>
  z.guid().safeParse(text).data?.toLowerCase();

/** Whoever changes something with this request. */
export const actorAt = (
  { caller, request_id }: { readonly caller: Caller; readonly request_id: string },
  at: string,
): Actor => ({ user_id: caller.user_id, request_id, at });

/** The attributes that `fields` asks for; empty for all of them. */
export const fieldsOf = ({ fields = [] }: Query): string[] => fields.filter((name) => name !== '');

/**
 * Whether a body has the object under its name. Neutron checks such a body before it looks for what
 * is to be changed, and any other after. Source: neutron `pecan_wsgi/hooks/body_validation.py`.
 */
export const isWrapped = (json: unknown, key: 'port' | 'network'): boolean => {
  const body = Dictionary.safeParse(json);
  return body.success && (key in body.data || `${key}s` in body.data);
};
