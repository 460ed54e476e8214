/** How many alarms a project and a user may have. Source: docs/wire/alarming.md#quotas. */
import { DomainError } from '../errors.ts';
import { type Caller, isAdmin } from '../identity/access.ts';
import { rbacFailed } from './alarm-owner.ts';
import { isProjectWide } from './lookup.ts';
import { type AnyAlarm, isPeriodic } from './periodic-alarm.ts';
import { projectOwner, wideOwner } from './quota-row.ts';

/** The limit that allows any number of alarms. */
export const unlimited = -1;

/**
 * The limits of projects and users for which none was set; in `wide` that of a project's alarms
 * without a resource, and in `periodic` that of its alarms that are evaluated every minute. -1 for no
 * limit.
 */
export type AlarmQuotas = {
  readonly project: number;
  readonly user: number;
  readonly wide: number;
  readonly periodic: number;
};

/** The kinds of alarms that have a limit of their own. */
export type LimitedKind = 'wide' | 'periodic';

/** The kind of an alarm that has a limit of its own; undefined for other alarms. */
export function limitedKindOf(alarm: AnyAlarm): LimitedKind | undefined {
  if (isPeriodic(alarm)) return 'periodic';
  return isProjectWide(alarm) ? 'wide' : undefined;
}

/**
 * The keys of the numbers of alarms in the table `quotas`: of a project and of a user, of the project's
 * alarms without a resource (`wide`), and of those that are evaluated every minute (`periodic`).
 */
export const ownersOf = ({ project_id, user_id }: Pick<AnyAlarm, 'project_id' | 'user_id'>) => ({
  project: projectOwner(project_id),
  user: `user#${user_id}`,
  wide: wideOwner(project_id),
  periodic: `periodic#${project_id}`,
});

/** Aodh's refusal of an alarm above the limit. */
export const overQuota = ({ project_id, user_id }: Pick<AnyAlarm, 'project_id' | 'user_id'>) =>
  new DomainError(
    'forbidden',
    `Alarm quota exceeded for user ${user_id.slice(0, 255)} on project ${project_id.slice(0, 255)}`,
  );

const limitedAlarms: Record<LimitedKind, string> = {
  wide: 'that name no resource',
  periodic: 'that are evaluated every minute',
};

/** The refusal of one more alarm of a kind that has its own limit, in words like Aodh's. */
export const overKindQuota = (alarm: AnyAlarm) =>
  new DomainError(
    'forbidden',
    `${overQuota(alarm).message}: it has too many alarms ${limitedAlarms[limitedKindOf(alarm) ?? 'wide']}`,
  );

/** The ids of projects are not longer, and DynamoDB refuses a key of 2 kB. */
export const longestProjectId = 255;

/** Whether a project with this id can have a limit. */
export const mayHaveLimit = (project_id: string): boolean => project_id.length <= longestProjectId;

/** @throws DomainError `forbidden` if the caller may not set quotas. */
export function requireQuotaRole(caller: Caller): void {
  if (!isAdmin(caller)) throw rbacFailed();
}
