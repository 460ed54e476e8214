/**
 * Locks of servers. Only administrators may change a locked server; its owner may not.
 * Source: nova `compute/api.py`, `lock`, `unlock`, `is_expected_locked_by` and `check_instance_lock`.
 */
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { type Caller, isAdmin, requireRole } from '../identity/access.ts';
import { changedInstance } from './changed-instance.ts';
import type { Instance } from './instance.ts';

type Locked = Pick<Instance, 'uuid' | 'project_id' | 'lock'>;

/**
 * Whether the caller acts as the owner: the token is of the server's project, an administrator's
 * too.
 */
const asOwner = ({ project_id }: Locked, caller: Caller): boolean =>
  caller.project_id === project_id;

/** @throws conflict if the server is locked and the caller is not an administrator. */
export function requireUnlocked({ uuid, lock }: Locked, caller: Caller): void {
  if (lock && !isAdmin(caller)) {
    throw new DomainError('conflict', `Instance ${uuid} is locked`);
  }
}

/**
 * The server after the caller locked it; undefined if that changes nothing. An owner cannot change an
 * existing lock; an administrator of another project takes it over.
 * @param reason undefined to keep the reason of an existing lock.
 */
export function afterLock(
  instance: Instance,
  { caller, reason, actor }: { caller: Caller; reason: string | undefined; actor: Actor },
): Instance | undefined {
  const owner = asOwner(instance, caller);
  if (instance.lock && owner) return undefined;
  const lock = {
    by: owner ? 'owner' : 'admin',
    reason: reason ?? instance.lock?.reason ?? null,
  } as const;
  const { by, reason: old } = instance.lock ?? { by: null, reason: null };
  if (lock.by === by && lock.reason === old) return undefined;
  return changed(instance, lock, actor, 'compute.instance.lock');
}

/**
 * The server after the caller unlocked it; undefined if it is not locked.
 * @throws forbidden if an administrator of another project locked it and the caller is not an
 * administrator.
 */
export function afterUnlock(
  instance: Instance,
  { caller, actor }: { caller: Caller; actor: Actor },
): Instance | undefined {
  if (!instance.lock) return undefined;
  const expected = asOwner(instance, caller) ? 'owner' : 'admin';
  if (instance.lock.by !== expected) requireRole(caller, 'admin');
  return changed(instance, null, actor, 'compute.instance.unlock');
}

/** Keeps `reported_at`: feeds report no locks, so a lock makes no report of a feed stale. */
const changed = (
  instance: Instance,
  lock: Instance['lock'],
  actor: Actor,
  event_type: string,
): Instance =>
  changedInstance(
    instance,
    { ...instance, lock },
    { actor, event_type, reported_at: instance.reported_at },
  );
