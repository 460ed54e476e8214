/** An instance whose target has failed: docs/wire/compute.md#a-host-that-is-reported-down. */

import { faultOf, type HostFault } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { changedInstance, type InstanceContent } from './changed-instance.ts';
import { ended, inFlight } from './evacuation.ts';
import type { Instance } from './instance.ts';

/** Why the target of an instance is lost; undefined if it is not, or is not its target. */
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
 * The instance after its target failed or was deleted: in `error`, where it was, its states before
 * the fault kept for the next evacuation. Undefined if its target stands. Whoever applies it, and
 * however late, the row comes out the same.
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
