/** How many alarms a project and a user may have. Source: docs/wire/alarming.md#quotas. */
import { DomainError } from '../errors.ts';
import { type Caller, isAdmin } from '../identity/access.ts';
import type { Alarm } from './alarm.ts';
import { rbacFailed } from './alarm-owner.ts';

/** Any number is allowed. */
export const unlimited = -1;

/** What holds where nobody has set a limit; -1 for none. */
export type AlarmQuotas = { readonly project: number; readonly user: number };

/** Whoever alarms are counted for, as the key of the count. */
export const ownersOf = ({ project_id, user_id }: Pick<Alarm, 'project_id' | 'user_id'>) => ({
  project: projectOwner(project_id),
  user: `user#${user_id}`,
});

export const projectOwner = (project_id: string): string => `project#${project_id}`;

/** Aodh's refusal of one alarm too many. */
export const overQuota = ({ project_id, user_id }: Pick<Alarm, 'project_id' | 'user_id'>) =>
  new DomainError(
    'forbidden',
    `Alarm quota exceeded for user ${user_id.slice(0, 255)} on project ${project_id.slice(0, 255)}`,
  );

/** No project has a longer id, and DynamoDB refuses a key of 2 kB. */
export const longestProjectId = 255;

/** Whether a project of this id may have a limit. */
export const mayHaveLimit = (project_id: string): boolean => project_id.length <= longestProjectId;

/** Refuses whoever may not set quotas. */
export function requireQuotaRole(caller: Caller): void {
  if (!isAdmin(caller)) throw rbacFailed();
}
