/** The body of a new application credential. Source: keystone `application_credential/schema.py`. */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { roles } from '../../domain/identity/access.ts';
import { AccessRule, accessRuleId } from '../../domain/identity/access-rule.ts';
import { nameId } from '../../domain/ids.ts';
import { parseMoment } from '../../domain/time.ts';

const Role = z
  .looseObject({ id: z.string().max(64).optional(), name: z.string().max(255).optional() })
  .refine(({ id, name }) => id || name, 'id or name must be present.');

/** A rule by its fields, or by its id if the user has it already. */
const RuleInput = z.union([
  z.looseObject(AccessRule.shape),
  z.looseObject({ id: z.string().min(1).max(64) }),
]);

const Fields = z.looseObject({
  name: z.string().trim().min(1).max(255),
  description: z.string().max(1024).nullish(),
  secret: z.string().min(1).max(255).nullish(),
  expires_at: z.string().nullish(),
  unrestricted: z.boolean().nullish(),
  roles: z.array(Role).max(roles.length).nullish(),
  access_rules: z.array(RuleInput).max(50).nullish(),
});

/** The body of `POST /v3/users/{user_id}/application_credentials`. */
export const CredentialInput = z
  .object({ application_credential: Fields })
  .transform(({ application_credential }) => application_credential);
export type CredentialInput = z.infer<typeof CredentialInput>;

const invalid = (detail: string) =>
  new DomainError('invalid', `Invalid application credential: ${detail}`);

/**
 * The second since 1970 at which a credential ends; undefined for never.
 * @throws DomainError `invalid` for a time in the past, or a text that is not a time.
 */
export function endOf(
  { expires_at }: Pick<CredentialInput, 'expires_at'>,
  now: number,
): number | undefined {
  if (expires_at === undefined || expires_at === null) return undefined;
  const moment = parseMoment(expires_at);
  if (moment === undefined) throw invalid('expires_at is no time.');
  const seconds = Math.floor(Date.parse(moment) / 1000);
  if (seconds <= now) throw invalid('expires_at is not in the future.');
  return seconds;
}

/** The names of the requested roles. @throws DomainError `not_found` for an unknown role. */
export const roleNames = ({ roles: asked }: Pick<CredentialInput, 'roles'>): string[] =>
  (asked ?? []).map(({ id, name }) => {
    const found = roles.find((role) => (id ? nameId('role', role) === id : role === name));
    if (found) return found;
    throw new DomainError('not_found', `Could not find role: ${id ?? name}.`);
  });

/**
 * The requested rules; undefined for none. A rule by id is one of the user's `known` rules.
 * @throws DomainError `not_found` for an unknown id.
 */
export function rulesOf(
  { access_rules: asked }: Pick<CredentialInput, 'access_rules'>,
  user_id: string,
  known: readonly AccessRule[],
): AccessRule[] | undefined {
  const rules = (asked ?? []).map((given) => {
    const fields = AccessRule.safeParse(given);
    if (fields.success) return fields.data;
    const found = known.find((rule) => accessRuleId(user_id, rule) === given.id);
    if (found) return found;
    throw new DomainError('not_found', `Could not find Access Rule: ${given.id}.`);
  });
  return rules.length > 0 ? rules : undefined;
}
