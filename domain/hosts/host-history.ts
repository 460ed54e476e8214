/** What happened to a host: its faults, its switches, and the evacuations from it, in one list. */
import {
  type Departures,
  type Migration,
  shownStatus,
  shownUpdate,
} from '../servers/evacuation.ts';
import type { Affected } from './affected.ts';
import type { Fault } from './fault.ts';
import { type HostSwitch, switchKinds } from './host-switch.ts';

/** What an entry is about. */
export const historyKinds = [
  'fault_raised',
  'fault_cleared',
  ...switchKinds,
  'evacuation',
] as const;

/** One entry. Fields that its kind does not have, or that are not known, are null. */
export type HistoryEntry = {
  readonly at: string;
  readonly what: (typeof historyKinds)[number];
  readonly user_id: string | null;
  /** Only faults keep the name of their reporter. */
  readonly user_name: string | null;
  /** The monitor that reported the fault. */
  readonly source: string | null;
  readonly request_id: string | null;
  readonly fault_id: string | null;
  readonly fault_kind: Fault['kind'] | null;
  /** How many servers, or ports, the fault affected. */
  readonly affected: number | null;
  /** The server that was evacuated, its target, its status, and since when it has that status. */
  readonly server_id: string | null;
  readonly dest: string | null;
  readonly status: string | null;
  readonly updated_at: string | null;
};

/** What is read of the host. Each list may be shorter than all that there is: its newest part. */
export type HostRecords = {
  readonly faults: readonly Fault[];
  /** What these faults affected. */
  readonly affected: readonly Affected[];
  readonly switches: readonly HostSwitch[];
  readonly migrations: readonly Migration[];
  readonly departures: Departures;
};

const empty = {
  user_id: null,
  user_name: null,
  source: null,
  request_id: null,
  fault_id: null,
  fault_kind: null,
  affected: null,
  server_id: null,
  dest: null,
  status: null,
  updated_at: null,
};

/** Which entries: at most `limit`, after the one of the marker; from the newest on without a marker. */
export type HistoryRange = { readonly limit: number; readonly marker?: string | undefined };

/** Entries, the newest first, and the marker of the next ones; undefined if these are the last. */
export type HistoryPage = {
  readonly history: readonly HistoryEntry[];
  readonly next: string | undefined;
};

/** What tells apart entries of the same time. */
const rest = ({ what, fault_id, server_id }: HistoryEntry): string =>
  `${what}#${fault_id ?? server_id ?? ''}`;

/** The marker after which the entries behind this one begin. */
const markerOf = (entry: HistoryEntry): string => `${entry.at}#${rest(entry)}`;

/** The time in a marker. */
export const timeOfMarker = (marker: string): string => marker.slice(0, marker.indexOf('#'));

/** Whether an entry is behind that of the marker. */
const isAfter =
  (marker: string) =>
  (entry: HistoryEntry): boolean => {
    const at = timeOfMarker(marker);
    return entry.at < at || (entry.at === at && markerOf(entry) > marker);
  };

/** The newest first; those of the same time by what they are. */
const inOrder = (a: HistoryEntry, b: HistoryEntry): number =>
  a.at === b.at ? (rest(a) < rest(b) ? -1 : 1) : a.at < b.at ? 1 : -1;

/**
 * A page of the entries of the records.
 * @param records of each kind more than `limit` that are older than the marker, or all there are.
 */
export function hostHistory(records: HostRecords, { limit, marker }: HistoryRange): HistoryPage {
  const { faults, switches, migrations, departures } = records;
  const counts = countsOf(records.affected);
  const entries = [
    ...faults.flatMap((fault) => ofFault(fault, switches, counts.get(fault.fault_id) ?? 0)),
    ...switches.flatMap((each) => ofSwitch(each, faults)),
    ...migrations.map((each) => ofMigration(each, departures)),
  ];
  const behind = marker === undefined ? entries : entries.filter(isAfter(marker));
  const history = behind.sort(inOrder).slice(0, limit);
  const last = behind.length > limit ? history.at(-1) : undefined;
  return { history, next: last && markerOf(last) };
}

/** How many servers, or ports, each fault affected. */
function countsOf(affected: readonly Affected[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fault_id, uuids } of affected) {
    counts.set(fault_id, (counts.get(fault_id) ?? 0) + uuids.size);
  }
  return counts;
}

const isEnd = (fault: Fault, { kinds, at }: HostSwitch): boolean =>
  fault.kind === 'host' && fault.cleared_at === at && kinds.includes('up');

/**
 * A fault and its end, with its caller: the fault has it, or else the switch that ended it, if that
 * is known.
 */
function ofFault(fault: Fault, switches: readonly HostSwitch[], affected: number): HistoryEntry[] {
  const { at, cleared_at, fault_id, kind: fault_kind, source, request_id, reported_by } = fault;
  const { user_id, user_name } = reported_by;
  const about = { ...empty, fault_id, fault_kind };
  const by = { user_id, user_name, source, request_id };
  const raised = { ...about, ...by, at, what: 'fault_raised', affected } as const;
  if (cleared_at === null) return [raised];
  const ended = fault.cleared_by ?? switches.find((each) => isEnd(fault, each));
  const endedBy = ended && { user_id: ended.user_id, request_id: ended.request_id };
  return [raised, { ...about, at: cleared_at, what: 'fault_cleared', ...endedBy }];
}

/** An entry for each thing that was switched, without the ends of faults that are shown. */
function ofSwitch(each: HostSwitch, faults: readonly Fault[]): HistoryEntry[] {
  const { at, user_id, request_id, kinds } = each;
  const endsFault = faults.some((fault) => isEnd(fault, each));
  return kinds
    .filter((what) => what !== 'up' || !endsFault)
    .map((what) => ({ ...empty, at, what, user_id, request_id }));
}

const ofMigration = (migration: Migration, departures: Departures): HistoryEntry => ({
  ...empty,
  at: migration.created_at,
  what: 'evacuation',
  user_id: migration.user_id,
  request_id: migration.request_id,
  server_id: migration.instance_uuid,
  dest: migration.dest,
  status: shownStatus(migration, departures),
  updated_at: shownUpdate(migration, departures),
});
