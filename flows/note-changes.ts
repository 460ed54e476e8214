/** What the records of the streams add to the feed of changes. */
import {
  type ChangeNote,
  merged,
  notesOfKind,
  operatorsScope,
  scopeOfProject,
} from '../domain/activity/change-feed.ts';
import type { Affected } from '../domain/hosts/affected.ts';
import { standingFault } from '../domain/hosts/fault.ts';
import { holdersOf } from '../domain/hosts/holders.ts';
import type { Host } from '../domain/hosts/host.ts';
import { faultId } from '../domain/ids.ts';
import type { HostDataPlane } from '../domain/ports/host-data-plane.ts';
import type { RowChange } from './row-change.ts';

/** What the notes need from outside. */
export type NoteChangesDeps = {
  /** Writes the notes into the feed. A repeat is harmless. */
  readonly noteChanges: (notes: readonly ChangeNote[]) => Promise<void>;
  /** What the faults affected, in all projects. */
  readonly affectedBy: (fault_ids: readonly string[]) => Promise<readonly Affected[]>;
};

/**
 * Notes what changed. Owners of what a fault affected are notified of its end too, which changes none of
 * their rows: one more read, of the rows of the faults that ended.
 * @param affected what faults changed, by the same records.
 */
export async function noteChanges(
  deps: NoteChangesDeps,
  changes: readonly RowChange[],
  affected: readonly Affected[],
): Promise<void> {
  const faults = changes.flatMap(faultsOf);
  const ended = faults.flatMap(({ id, ended }) => (ended ? [id] : []));
  const touched = ended.length > 0 ? await deps.affectedBy(ended) : [];
  const notes = merged([
    ...hostNotes(changes),
    ...notesOfKind('servers', changes.flatMap(serversOf)),
    ...notesOfKind('ports', changes.flatMap(portsOf)),
    ...faultNotes(
      faults.map(({ id }) => id),
      [...affected, ...touched],
    ),
  ]);
  if (notes.length > 0) await deps.noteChanges(notes);
}

/** Hosts and their conditions: for administrators only. */
function hostNotes(changes: readonly RowChange[]): ChangeNote[] {
  const hosts = changes.flatMap((change) => (change.kind === 'host' ? [change] : []));
  if (hosts.length === 0) return [];
  const conditions = hosts.flatMap(({ before, after }) => changedHolders(before, after));
  return [
    {
      scope: operatorsScope,
      changed: {
        hosts: hosts.map(({ after }) => after.host),
        ...(conditions.length > 0 && { conditions }),
      },
    },
  ];
}

/** Conditions that hold the host now and did not, or the reverse, or that were cleared meanwhile. */
function changedHolders(before: Host | undefined, after: Host): string[] {
  const clearedOf = (host: Host | undefined) =>
    new Map((host ? holdersOf(host) : []).map((each) => [each.condition_id, each.cleared]));
  const [was, is] = [clearedOf(before), clearedOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((id) => was.get(id) !== is.get(id));
}

type NotedFault = { readonly id: string; readonly ended: boolean };

function faultsOf(change: RowChange): NotedFault[] {
  if (change.kind === 'host') return faultsOfHost(change);
  return change.kind === 'data plane' ? faultsOfDataPlane(change) : [];
}

function faultsOfHost({ before, after }: { before: Host | undefined; after: Host }): NotedFault[] {
  const [was, is] = [standingFault(before), standingFault(after)];
  if (was?.fault_id === is?.fault_id) return [];
  return [
    ...(was ? [{ id: was.fault_id, ended: true }] : []),
    ...(is ? [{ id: is.fault_id, ended: false }] : []),
  ];
}

function faultsOfDataPlane({
  before,
  after,
}: {
  before: HostDataPlane | undefined;
  after: HostDataPlane;
}): NotedFault[] {
  const [was, is] = [before?.open_fault ?? null, after.open_fault];
  if (was === is) return [];
  return [
    ...(was === null ? [] : [{ id: faultId(after.fault_series, was), ended: true }]),
    ...(is === null ? [] : [{ id: faultId(after.fault_series, is), ended: false }]),
  ];
}

/** Faults: for administrators, and for the projects that they affected. */
const faultNotes = (faults: readonly string[], affected: readonly Affected[]): ChangeNote[] => [
  ...(faults.length > 0 ? [{ scope: operatorsScope, changed: { faults } }] : []),
  ...affected.flatMap(({ fault_id, project_id }) =>
    [operatorsScope, scopeOfProject(project_id)].map((scope) => ({
      scope,
      changed: { faults: [fault_id] },
    })),
  ),
];

/** Servers with the projects that they belong to, or belonged to before. */
const serversOf = (change: RowChange) =>
  change.kind === 'instance' && change.before?.revision !== change.after.revision
    ? ownersOf(change.before?.project_id, change.after.project_id).map((project_id) => ({
        id: change.after.uuid,
        project_id,
      }))
    : [];

const portsOf = (change: RowChange) =>
  change.kind === 'port' && change.before?.revision !== change.after.revision
    ? ownersOf(change.before?.project_id, change.after.project_id).map((project_id) => ({
        id: change.after.id,
        project_id,
      }))
    : [];

const ownersOf = (before: string | undefined, after: string): string[] => [
  ...new Set([before ?? after, after]),
];
