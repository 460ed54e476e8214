/** Reads the rows that a report of several items needs in few requests, before its items are handled. */
import { type Condition, idOfCondition, targetKey } from '../domain/conditions/condition.ts';
import { type Holds, holdsId, noHolders } from '../domain/conditions/held-target.ts';
import { aspectOf, type Observation } from '../domain/conditions/observation.ts';
import { type Host, HostName } from '../domain/hosts/host.ts';
import type { Port } from '../domain/ports/port.ts';
import { type Departures, noDepartures } from '../domain/servers/evacuation.ts';
import type { Instance } from '../domain/servers/instance.ts';
import type { ReportOnHostDeps } from './report-on-host.ts';
import { changesState, idOfTarget, type ReportOnTargetDeps } from './report-on-target.ts';

/** Reads many rows at once, all consistently and in any order; what is missing is left out. */
export type ReportRowsDeps = {
  /** The hosts by their names in any spelling, tombstones included, under the names that were given. */
  readonly hostsNamed: (names: readonly string[]) => Promise<ReadonlyMap<string, Host>>;
  readonly conditions: (condition_ids: readonly string[]) => Promise<readonly Condition[]>;
  readonly holdsOf: (holds_ids: readonly string[]) => Promise<readonly Holds[]>;
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  /** The evacuations from hosts, by the names in their rows; hosts that nothing has left may be missing. */
  readonly departuresFrom: (sources: readonly string[]) => Promise<ReadonlyMap<string, Departures>>;
};

/** Rows by what they are asked for, also those that are not there. */
type Known<Row> = ReadonlyMap<string, { readonly row: Row }>;

/** What was read. */
export type ReportRows = {
  readonly hosts: Known<Host | undefined>;
  readonly conditions: Known<Condition | undefined>;
  readonly holds: Known<Holds>;
  readonly ports: Known<Port | undefined>;
  readonly instances: Known<Instance | undefined>;
  readonly departures: Known<Departures>;
};

/**
 * The rows of all observations of a source: each table is asked in requests of 100 rows, the
 * departures last.
 */
export async function reportRows(
  deps: ReportRowsDeps,
  observations: readonly Observation[],
  source: string,
): Promise<ReportRows> {
  const targets = observations.map(({ target }) => target);
  const names = distinct(targets.flatMap((each) => (each.kind === 'host' ? each.host : []))).filter(
    (name) => HostName.safeParse(name).success,
  );
  const idsOf = (kind: 'port' | 'server') =>
    distinct(targets.flatMap((each) => (each.kind === kind ? (idOfTarget(each) ?? []) : [])));
  const [ports, servers] = [idsOf('port'), idsOf('server')];
  const conditions = distinct(observations.map((each) => idOfCondition(source, each)));
  const holds = distinct(
    observations.flatMap(({ target, effect }) =>
      changesState(target, effect) ? holdsId(targetKey(target), effect) : [],
    ),
  );
  const [hostRows, conditionRows, holdsRows, portRows, serverRows] = await Promise.all([
    names.length > 0 ? deps.hostsNamed(names) : undefined,
    deps.conditions(conditions),
    holds.length > 0 ? deps.holdsOf(holds) : [],
    ports.length > 0 ? deps.ports(ports) : [],
    servers.length > 0 ? deps.instances(servers) : [],
  ]);
  const held = new Map(holdsRows.map((row) => [row.holds_id, row]));
  const read = {
    hosts: known(names, (name) => hostRows?.get(name)),
    conditions: knownBy(conditions, conditionRows, ({ condition_id }) => condition_id),
  };
  const returning = returningHosts(observations, source, read);
  const left = returning.length > 0 ? await deps.departuresFrom(returning) : undefined;
  return {
    ...read,
    departures: known(returning, (host) => left?.get(host) ?? noDepartures),
    holds: known(holds, (id) => held.get(id) ?? noHolders(id)),
    ports: knownBy(ports, portRows, ({ id }) => id),
    instances: knownBy(servers, serverRows, ({ uuid }) => uuid),
  };
}

/**
 * The names, as in their rows, of hosts that may be up again after the report: departures from them
 * decide that.
 */
function returningHosts(
  observations: readonly Observation[],
  source: string,
  { hosts, conditions }: Pick<ReportRows, 'hosts' | 'conditions'>,
): string[] {
  return distinct(
    observations.flatMap((observation) => {
      const { target, effect, status } = observation;
      if (target.kind !== 'host' || status !== 'cleared' || aspectOf(effect) !== 'service')
        return [];
      const row = hosts.get(target.host)?.row;
      const before = conditions.get(idOfCondition(source, observation))?.row;
      return row && !row.deleted && before?.state === 'raised' ? row.host : [];
    }),
  );
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];

const known = <Row>(keys: readonly string[], rowOf: (key: string) => Row): Known<Row> =>
  new Map(keys.map((key) => [key, { row: rowOf(key) }]));

function knownBy<Row>(
  keys: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Known<Row | undefined> {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return known(keys, (key) => found.get(key));
}

/**
 * The flow's dependencies for the items of one target: they answer with the rows that were read,
 * until the first write to the target. From then on, each row is read again: it is no longer as it
 * was, or another writer was faster.
 */
export function withRows<Deps extends ReportOnHostDeps & ReportOnTargetDeps>(
  deps: Deps,
  rows: ReportRows,
): Deps {
  const state = { asRead: true };
  const first =
    <Row>(read: Known<Row>, readAgain: (key: string) => Promise<Row>) =>
    async (key: string): Promise<Row> => {
      const found = state.asRead ? read.get(key) : undefined;
      return found ? found.row : readAgain(key);
    };
  const write =
    <Args extends readonly unknown[], T>(writing: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> => {
      state.asRead = false;
      return writing(...args);
    };
  return {
    ...deps,
    host: first(rows.hosts, deps.host),
    condition: first(rows.conditions, deps.condition),
    holds: first(rows.holds, deps.holds),
    port: first(rows.ports, deps.port),
    instance: first(rows.instances, deps.instance),
    departures: first(rows.departures, deps.departures),
    saveReport: write(deps.saveReport),
    saveWhole: write(deps.saveWhole),
    saveCondition: write(deps.saveCondition),
    saveHolds: write(deps.saveHolds),
    markApplied: write(deps.markApplied),
  };
}
