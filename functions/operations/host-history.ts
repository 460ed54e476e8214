/**
 * `GET /doctor/v1/host-history/{host}`: faults, maintenance and evacuations of a host, with their
 * callers.
 */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Affected } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import { type Host, HostName } from '../../domain/hosts/host.ts';
import { hostHistory } from '../../domain/hosts/host-history.ts';
import type { HostSwitch } from '../../domain/hosts/host-switch.ts';
import { may } from '../../domain/identity/access.ts';
import type { Departures, Migration } from '../../domain/servers/evacuation.ts';

type Pages<T> = AsyncIterable<readonly T[]>;

/** The dependencies of the route. */
export type HostHistoryDeps = {
  /** The host's row by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Faults of a host and of its data plane; the newest page first. */
  readonly faultsOfHost: (
    host: string,
    between: { readonly from: string; readonly to: string },
    first: number,
  ) => Pages<Fault>;
  /** What the faults affected, in all projects. */
  readonly affectedBy: (fault_ids: readonly string[]) => Promise<readonly Affected[]>;
  /** The newest switches of a host, the newest first. */
  readonly switchesOf: (host: string, most: number) => Promise<readonly HostSwitch[]>;
  /** Evacuations from a host, the newest page first. */
  readonly migrations: (by: 'source', value: string, to: string) => Pages<Migration>;
  readonly departures: (source: string) => Promise<Departures>;
};

/** The most entries, and how many there are without `limit`. */
const mostEntries = 200;

const Limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, `Must be a number from 1 to ${mostEntries}.`)
  .transform(Number)
  .refine((limit) => limit <= mostEntries, `Must be at most ${mostEntries}.`);

/** The query; an unknown key is refused. */
export const HostHistoryQuery = z.strictObject({ limit: once(Limit) });

/** All times: places begin with a digit. */
const ever = { from: '0', to: '~' };

async function first<T>(pages: Pages<T>, most: number): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) {
    found.push(...page);
    if (found.length >= most) break;
  }
  return found;
}

/** Reads the newest part of each kind, at the same time. */
async function recordsOf(deps: HostHistoryDeps, host: string, limit: number) {
  const [faults, switches, migrations, departures] = await Promise.all([
    first(deps.faultsOfHost(host, ever, limit), limit),
    deps.switchesOf(host, limit),
    first(deps.migrations('source', host, ever.to), limit),
    deps.departures(host),
  ]);
  const affected = await deps.affectedBy(faults.map(({ fault_id }) => fault_id));
  return { faults, affected, switches, migrations, departures };
}

/** For administrators. A deleted host keeps its history. */
export const hostHistoryRoutes = (deps: HostHistoryDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/host-history/:host',
    roles: may.operate,
    query: HostHistoryQuery,
    body: ignored,
    handle: async ({ params, args: { limit = mostEntries } }) => {
      const name = parsed(HostName, params.host, 'host');
      const found = await deps.host(name);
      if (!found) throw new DomainError('not_found', `Compute host ${name} could not be found.`);
      const { host } = found;
      const history = hostHistory(await recordsOf(deps, host, limit), limit);
      return { status: 200, body: { host, history } };
    },
  }),
];
