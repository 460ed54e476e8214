/**
 * `GET /doctor/v1/host-history/{host}`: faults, maintenance and evacuations of a host, with their
 * callers.
 */
import * as z from 'zod';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { noSuch } from '../../domain/errors.ts';
import type { Affected } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import { type Host, HostName } from '../../domain/hosts/host.ts';
import { type HistoryRange, hostHistory, timeOfMarker } from '../../domain/hosts/host-history.ts';
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
  /**
   * The newest switches of a host whose places (`<time>#<revision>`) are not after `to`, the newest
   * first.
   */
  readonly switchesOf: (host: string, most: number, to: string) => Promise<readonly HostSwitch[]>;
  /** Evacuations from a host, the newest page first. */
  readonly migrations: (by: 'source', value: string, to: string) => Pages<Migration>;
  readonly departures: (source: string) => Promise<Departures>;
};

/** The most entries of a page, and how many there are without `limit`. */
const mostEntries = 200;

const Limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, `Must be a number from 1 to ${mostEntries}.`)
  .transform(Number)
  .refine((limit) => limit <= mostEntries, `Must be at most ${mostEntries}.`);

/** A place in a history: the time of an entry, what it is, and the id of its fault or server. */
const Marker = z
  .string()
  .max(200)
  .regex(
    /^\d{4}-\d\d-\d\dT[\d:.]{8,20}Z#[a-z_]{1,40}#[0-9a-z-]{0,64}$/,
    'Must be the marker of an earlier answer.',
  );

/** The query; an unknown key is refused. */
export const HostHistoryQuery = z.strictObject({ limit: once(Limit), marker: once(Marker) });

/** Reads until there are `most` records that `counts` accepts. */
async function first<T>(
  pages: Pages<T>,
  most: number,
  counts: (record: T) => boolean,
): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) {
    found.push(...page);
    if (found.filter(counts).length >= most) break;
  }
  return found;
}

/** Switches of a host at one time: a switch changes the host's row, and so the next one is later. */
const switchesAtOnce = 10;

/**
 * Reads of each kind those up to the marker's time, at the same time: more than a page of older
 * ones, or all.
 */
async function recordsOf(deps: HostHistoryDeps, host: string, { limit, marker }: HistoryRange) {
  const before = marker === undefined ? '~' : timeOfMarker(marker);
  // `$` is the character after `#`: all places of the time itself are before it. Places begin with a digit.
  const to = marker === undefined ? before : `${before}$`;
  const most = limit + 1;
  const [faults, switches, migrations, departures] = await Promise.all([
    first(deps.faultsOfHost(host, { from: '0', to }, most), most, ({ at }) => at < before),
    deps.switchesOf(host, most + switchesAtOnce, to),
    first(deps.migrations('source', host, to), most, ({ created_at }) => created_at < before),
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
    handle: async (request) => {
      const { params, args } = request;
      const name = parsed(HostName, params.host, 'host');
      const found = await deps.host(name);
      if (!found) throw noSuch('Compute host', name);
      const { host } = found;
      const range = { ...args, limit: args.limit ?? mostEntries };
      const { history, next } = hostHistory(await recordsOf(deps, host, range), range);
      const link = next === undefined ? {} : { next: nextLink(request, next) };
      return { status: 200, body: { host, history, ...link } };
    },
  }),
];
