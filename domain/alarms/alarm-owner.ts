/** The owner of an alarm, and which callers may see and change it. */
import { DomainError } from '../errors.ts';
import { type Caller, canSee, hasRole, isAdmin, projectOf, type Role } from '../identity/access.ts';
import type { Alarm } from './alarm.ts';
import { isAdminAction, isTopicAction, normalAction, unsupported } from './alarm-action.ts';
import type { AlarmInput } from './alarm-facts.ts';
import type { AnyAlarm } from './periodic-alarm.ts';

/** Aodh's 403 for a caller without the right. Source: docs/wire/alarming.md#who-may-do-what. */
export const rbacFailed = (): DomainError =>
  new DomainError('forbidden', 'RBAC Authorization Failed');

/** @throws DomainError `forbidden`, in Aodh's words, if the caller does not have the role. */
export function requireAlarmRole(caller: Caller, role: Role): void {
  if (!hasRole(caller, role)) throw rbacFailed();
}

/**
 * The alarm with the id.
 * @throws DomainError `not_found` if there is none or the caller may not see it.
 */
export function visibleAlarm(caller: Caller, id: string, found: AnyAlarm | undefined): AnyAlarm {
  if (found && canSee(caller, found.project_id)) return found;
  throw new DomainError('not_found', `Alarm ${id.slice(0, 255)} not found`);
}

type Owner = Pick<Alarm, 'project_id' | 'user_id'>;

/**
 * The owner of a new alarm: the caller, unless an administrator names another owner. An empty
 * `project_id` makes it an alarm on infrastructure. As in Aodh, only an administrator may send
 * null.
 * @throws DomainError `not_authorized` if another caller names an id that is not its own.
 */
export function newOwner(caller: Caller, { project_id, user_id }: AlarmInput): Owner {
  const own: Owner = { project_id: projectOf(caller), user_id: caller.user_id };
  const mayName =
    project_id === null ? isAdmin(caller) : canSee(caller, project_id ?? own.project_id);
  if (!mayName) throw notAuthorized('project', project_id ?? null);
  if (user_id !== undefined && user_id !== own.user_id && !isAdmin(caller)) {
    throw notAuthorized('user', user_id);
  }
  return { project_id: project_id ?? own.project_id, user_id: user_id ?? own.user_id };
}

const notAuthorized = (kind: 'project' | 'user', id: string | null): DomainError =>
  new DomainError(
    'not_authorized',
    `Not Authorized to access ${kind} ${(id ?? 'None').slice(0, 255)}`,
  );

/**
 * The requested project.
 * @throws DomainError `not_authorized` if it is another one, unless the caller is an administrator.
 */
export function askedProject(caller: Caller, project_id: string): string {
  if (!canSee(caller, project_id)) throw notAuthorized('project', project_id);
  return project_id;
}

/**
 * The owner after a PUT. A caller of the project becomes the alarm's user. An administrator keeps
 * the owner, or names a new one. Source: docs/wire/alarming.md#replacing-an-alarm.
 */
export function ownerAfter(stored: Owner, caller: Caller, input: AlarmInput): Owner {
  if (!isAdmin(caller)) return { project_id: stored.project_id, user_id: caller.user_id };
  return {
    project_id: input.project_id ?? stored.project_id,
    user_id: input.user_id ?? stored.user_id,
  };
}

type ActionRules = {
  /** ARNs of the topics that the operator allows. */
  readonly topics: readonly string[];
  /** The alarm that is replaced: the actions that it already has may be sent back. */
  readonly stored?: AnyAlarm | undefined;
};

/**
 * Checks the actions of a requested alarm.
 * @throws DomainError `invalid` for a topic that the operator does not allow; `not_authorized` for
 * a `log` or `test` action of a caller who is not an administrator.
 */
export function requireActions(
  caller: Caller,
  { actions }: Pick<AlarmInput, 'actions'>,
  { topics, stored }: ActionRules,
): void {
  const had = new Set(
    stored && [...stored.ok_actions, ...stored.alarm_actions, ...stored.insufficient_data_actions],
  );
  const unlisted = actions.find(
    (action) => isTopicAction(action) && !topics.includes(action) && !had.has(action),
  );
  if (unlisted !== undefined) throw unsupported(unlisted);
  if (isAdmin(caller)) return;
  const refused = actions.find((url) => isAdminAction(url) && !had.has(normalAction(url)));
  if (refused !== undefined) {
    throw new DomainError(
      'not_authorized',
      `You are not authorized to create action: ${refused.slice(0, 200)}`,
    );
  }
}
