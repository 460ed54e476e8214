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

/** A rule by its fields; or, of one that the user has already, by its id. */
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

export const CredentialInput = z
  .object({ application_credential: Fields })
  .transform(({ application_credential }) => application_credential);
export type CredentialInput = z.infer<typeof CredentialInput>;

const invalid = (detail: string) =>
  new DomainError('invalid', `Invalid application credential: ${detail}`);

/** The second at which a credential shall end; undefined for never. 400 for the past and for no time. */
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

/** The names of the roles asked for; 404 for one that there is not. */
export const roleNames = ({ roles: asked }: Pick<CredentialInput, 'roles'>): string[] =>
  (asked ?? []).map(({ id, name }) => {
    const found = roles.find((role) => (id ? nameId('role', role) === id : role === name));
    if (found) return found;
    throw new DomainError('not_found', `Could not find role: ${id ?? name}.`);
  });

/** The rules asked for, those given by id out of the user's; undefined for none. 404 for an unknown id. */
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
