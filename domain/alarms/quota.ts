/** How many alarms a project and a user may have. Contract alarm.md section 1.6. */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { type Caller, isAdmin, projectOf } from '../identity/access.ts';
import { plain } from '../text.ts';
import { readAs, text } from '../wsme.ts';
import type { Alarm } from './alarm.ts';
import { askedProject, rbacFailed } from './alarm-owner.ts';

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

/** A project's limit as the API shows it. */
export const quotaView = (project_id: string, limit: number) => ({
  project_id,
  quotas: [{ resource: 'alarms', limit }],
});

/** No project has a longer id, and DynamoDB refuses a key of 2 kB. */
const longestId = 255;

/**
 * The project whose quota is asked for: the own one, or any for an administrator. Throws `invalid`
 * for what is no project's id.
 */
export const quotaProject = (caller: Caller, named: string | undefined): string =>
  named ? askedProject(caller, readAs(text(longestId), named, 'project_id')) : projectOf(caller);

/** Whether a project of this id may have a limit. */
export const mayHaveLimit = (project_id: string): boolean => project_id.length <= longestId;

/** Refuses whoever may not set quotas. */
export function requireQuotaRole(caller: Caller): void {
  if (!isAdmin(caller)) throw rbacFailed();
}

const Body = z.strictObject(
  {
    project_id: text(longestId)
      .min(1, 'A project is expected.')
      .regex(plain, 'Not a valid project.'),
    quotas: z
      .array(
        z.strictObject(
          {
            resource: z.literal('alarms', 'Value should be one of: alarms'),
            limit: z
              .int('A number is expected.')
              .min(unlimited, 'Value should be greater than or equal to -1')
              .max(1_000_000_000, 'The number is too large.'),
          },
          'An object is expected.',
        ),
        'A list is expected.',
      )
      .max(10, 'At most 10 are allowed.')
      .optional(),
  },
  'An object is expected.',
);

/** The body of `POST /v2/quotas`: a limit, undefined where it names none. Throws `invalid`. */
export function readQuota(body: unknown): { project_id: string; limit: number | undefined } {
  if (body === undefined) throw new DomainError('invalid', 'Missing argument: "body"');
  const { project_id, quotas = [] } = readAs(Body, body);
  return { project_id, limit: quotas.at(-1)?.limit };
}
