/**
 * The one place where the row of a changed instance gets its revision, its times and its last
 * change.
 */
import type { Actor } from '../change.ts';
import type { Instance } from './instance.ts';

/** The content of an instance's row: all fields but those that say when and how it was changed. */
export type InstanceContent = Omit<
  Instance,
  'revision' | 'reported_at' | 'updated_at' | 'last_change'
>;

/** What changed an instance. */
export type InstanceCause = {
  /** The user, the request and the time of the change. */
  readonly actor: Actor;
  /** The event of the change. Default: `compute.instance.update`. */
  readonly event_type?: string;
  /** The fault that caused the change. Default: null, no fault. */
  readonly fault_id?: string | null;
  /** The task that ended with the change. Default: the task of `before`. */
  readonly old_task_state?: string | null;
  /**
   * The `reported_at` of the row. Default: the time of the change, or that of `before` if it is
   * later. Older reports of feeds are stale afterwards.
   */
  readonly reported_at?: string;
};

/**
 * The row of an instance after a change: the next revision, with `last_change` made from the cause.
 * @param before the row that is changed; undefined for an instance that is created (revision 1).
 * @param next the content after the change. Fields of a revision and of times in it are ignored.
 */
export function changedInstance(
  before: Instance | undefined,
  next: InstanceContent,
  { actor, event_type = 'compute.instance.update', fault_id = null, ...cause }: InstanceCause,
): Instance {
  const { user_id, request_id, at } = actor;
  const { old_task_state = before?.task_state ?? null, reported_at = laterOf(before, at) } = cause;
  return {
    ...next,
    revision: (before?.revision ?? 0) + 1,
    reported_at,
    updated_at: at,
    last_change: {
      user_id,
      request_id,
      at,
      event_type,
      old_state: before?.vm_state ?? null,
      old_task_state,
      fault_id,
    },
  };
}

const laterOf = (before: Instance | undefined, at: string): string =>
  before && before.reported_at > at ? before.reported_at : at;
