/** Parses and shows quotas in Aodh's form. */
import * as z from 'zod';
import { askedProject } from '../../domain/alarms/alarm-owner.ts';
import { longestProjectId, unlimited } from '../../domain/alarms/quota.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, projectOf } from '../../domain/identity/access.ts';
import { plain } from '../../domain/text.ts';
import { readAs, readBody, wsmeText } from './wsme.ts';

/** A project's limit as the API shows it. */
export const quotaView = (project_id: string, limit: number) => ({
  project_id,
  quotas: [{ resource: 'alarms', limit }],
});

/**
 * The project whose quota is requested: the caller's own, or for an administrator any.
 * @throws DomainError `invalid` if the text cannot be the id of a project; `not_authorized` for another
 * project.
 */
export const quotaProject = (caller: Caller, named: string | undefined): string =>
  named
    ? askedProject(caller, readAs(wsmeText(longestProjectId), named, 'project_id'))
    : projectOf(caller);

const Body = z.strictObject(
  {
    project_id: wsmeText(longestProjectId)
      .min(1, 'A project is expected.')
      .regex(plain, 'Not a valid project.'),
    quotas: z
      .array(
        z.strictObject(
          {
            resource: z.literal('alarms', 'Value should be one of: alarms'),
            limit: z
              .int('A number is expected.')
              .min(unlimited, 'Value should be greater or equal to -1')
              .max(1_000_000_000, 'Value should be lower or equal to 1000000000'),
          },
          'An object is expected.',
        ),
        { error: ({ input }) => `Value not a valid list: ${String(input).slice(0, 100)}` },
      )
      .max(10, 'At most 10 are allowed.')
      .optional(),
  },
  'An object is expected.',
);

/**
 * Parses the body of `POST /v2/quotas`. `limit` is undefined if the body has none.
 * @throws DomainError `invalid`.
 */
export function readQuota(body: unknown): { project_id: string; limit: number | undefined } {
  if (body === undefined) throw new DomainError('invalid', 'Missing argument: "body"');
  const { project_id, quotas = [] } = readBody(Body, body);
  return { project_id, limit: quotas.at(-1)?.limit };
}
