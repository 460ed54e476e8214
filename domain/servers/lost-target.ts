/** An instance whose target has failed: docs/wire/compute.md#a-host-that-is-reported-down. */

import { faultOf, type HostFault } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { changedInstance, type InstanceContent } from './changed-instance.ts';
import { ended, inFlight } from './evacuation.ts';
import type { Instance } from './instance.ts';

/**
 * What ended the move of an instance to its target: the first fault of the target since the move began,
 * or its deletion (`fault_id` is null). Undefined if the target still stands, or if the host is not
 * the target.
 */
function lossOf(
  instance: Instance,
  target: Host | undefined,
): (Omit<HostFault, 'fault_id' | 'number'> & { readonly fault_id: string | null }) | undefined {
  const evacuation = inFlight(instance);
  if (!evacuation || !target || instance.deleted) return undefined;
  if (target.host !== evacuation.dest) return undefined;
  if (target.fault_number > evacuation.dest_fault_number) {
    return faultOf(target, evacuation.dest_fault_number + 1);
  }
  const gone = target.deleted || target.incarnation !== evacuation.dest_incarnation;
  if (!gone) return undefined;
  const { user_id, request_id } = target.last_change;
  return { user_id, request_id, at: target.updated_at, fault_id: null };
}

/**
 * The instance after its target failed or was deleted: on its old host, in `error`. It keeps its states
 * before the fault for the next evacuation. Undefined if its target still stands. The result is
 * deterministic: it does not depend on the writer or on the time of writing.
 */
export function withoutTarget(instance: Instance, target: Host | undefined): Instance | undefined {
  const evacuation = inFlight(instance);
  const loss = lossOf(instance, target);
  if (!evacuation || !loss) return undefined;
  const message = 'The host that the instance was being evacuated to failed.';
  const next: InstanceContent = {
    ...instance,
    vm_state: 'error',
    task_state: null,
    fault: { code: 500, message, created: loss.at },
    evacuation: ended(evacuation, 'failed', loss.at),
  };
  return changedInstance(instance, next, { actor: loss, fault_id: loss.fault_id });
}
