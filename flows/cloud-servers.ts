/**
 * Puts the servers of a failed host in error in Nova, as OPNFV Doctor's inspector does. A setting
 * selects it.
 */

import pMap from 'p-map';
import type { CloudAnswer } from '../domain/cloud/cloud-answer.ts';
import type { CloudServer } from '../domain/cloud/move-step.ts';
import { applied, type CloudResult } from '../domain/hosts/cloud-outcome.ts';
import { standingFault } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import { isSameHost } from '../domain/hosts/host-name.ts';
import { inFlight } from '../domain/servers/evacuation.ts';
import type { Instance } from '../domain/servers/instance.ts';
import { inChunks } from './in-chunks.ts';

export type CloudServersDeps = {
  /** Uuids of the instances on a host, as the index shows them, a page at a time. */
  readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Rows read consistently; unknown uuids are left out. */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  /** The servers on a host in Nova, by uuid. @throws if Nova does not answer. */
  readonly cloudServersOn: (host: string) => Promise<ReadonlyMap<string, CloudServer>>;
  /** Requests to Nova that are in flight at once. */
  readonly callsAtOnce: number;
  /** Nova's `os-resetState` with `error`. */
  readonly resetToError: (uuid: string) => Promise<CloudAnswer>;
};

/**
 * Resets each server that the host's fault stopped in Doctor, if Nova still shows it on the host,
 * not in error and without a task. A server that is being evacuated is left alone.
 */
export async function markServers(deps: CloudServersDeps, host: Host): Promise<CloudResult> {
  const fault = standingFault(host);
  if (!fault) return applied;
  const shown = await deps.cloudServersOn(host.host);
  const refusals: string[] = [];
  const [failure] = await inChunks(deps.instancesOn(host.host), async (uuids) => {
    const rows = await deps.instances(uuids);
    const hit = rows.filter(
      (row) => isHit(row, host, fault.fault_id) && isOpen(shown.get(row.uuid)),
    );
    await pMap(
      hit,
      async ({ uuid }) => {
        const answer = await deps.resetToError(uuid);
        const isGone = answer.kind === 'refused' && answer.status === 404;
        if (answer.kind !== 'accepted' && !isGone) refusals.push(answer.reason);
      },
      { concurrency: deps.callsAtOnce },
    );
  });
  if (failure !== undefined) throw failure;
  const [reason] = refusals;
  if (reason === undefined) return applied;
  return { state: 'pending', reason: `${refusals.length} servers are not in error: ${reason}` };
}

const isHit = (row: Instance, host: Host, fault_id: string): boolean =>
  !row.deleted &&
  isSameHost(row.host ?? '', host.host) &&
  row.pre_fault?.fault_id === fault_id &&
  !inFlight(row);

const isOpen = (server: CloudServer | undefined): boolean =>
  server !== undefined && server.vm_state !== 'error' && server.task_state === null;
