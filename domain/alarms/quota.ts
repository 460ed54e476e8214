/** How many alarms a project and a user may have. Source: docs/wire/alarming.md#quotas. */
import { DomainError } from '../errors.ts';
import { type Caller, isAdmin } from '../identity/access.ts';
import type { Alarm } from './alarm.ts';
import { rbacFailed } from './alarm-owner.ts';

/** The limit that allows any number of alarms. */
export const unlimited = -1;

/**
 * The limits of projects and users for which none was set, and in `wide` that of a project's alarms
 * without a resource; -1 for no limit.
 */
export type AlarmQuotas = {
  readonly project: number;
  readonly user: number;
  readonly wide: number;
};

/**
 * The keys of the numbers of alarms of a project and of a user, in the table `quotas`; and in `wide`
 * that of the project's alarms without a resource.
 */
export const ownersOf = ({ project_id, user_id }: Pick<Alarm, 'project_id' | 'user_id'>) => ({
  project: projectOwner(project_id),
  user: `user#${user_id}`,
  wide: wideOwner(project_id),
});

/** The key of a project in the table `quotas`. */
export const projectOwner = (project_id: string): string => `project#${project_id}`;

/** The key of the number of a project's alarms that name no resource. */
export const wideOwner = (project_id: string): string => `wide#${project_id}`;

/**
 * The row of the table `quotas` that names the silences of a project which have not ended, so that an
 * evaluator, which reads the row anyway, knows whether there are any. Silences of several projects are
 * in one row.
 */
export const silencesOwner = (project_id: string): string =>
  project_id === '' ? 'silences#' : projectOwner(project_id);

/** Aodh's refusal of an alarm above the limit. */
export const overQuota = ({ project_id, user_id }: Pick<Alarm, 'project_id' | 'user_id'>) =>
  new DomainError(
    'forbidden',
    `Alarm quota exceeded for user ${user_id.slice(0, 255)} on project ${project_id.slice(0, 255)}`,
  );

/** The refusal of one more alarm without a resource, in words like Aodh's. */
export const overWideQuota = (alarm: Pick<Alarm, 'project_id' | 'user_id'>) =>
  new DomainError(
    'forbidden',
    `${overQuota(alarm).message}: it has too many alarms that name no resource`,
  );

/** The ids of projects are not longer, and DynamoDB refuses a key of 2 kB. */
export const longestProjectId = 255;

/** Whether a project with this id can have a limit. */
export const mayHaveLimit = (project_id: string): boolean => project_id.length <= longestProjectId;

/** @throws DomainError `forbidden` if the caller may not set quotas. */
export function requireQuotaRole(caller: Caller): void {
  if (!isAdmin(caller)) throw rbacFailed();
}
