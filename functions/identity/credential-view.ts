/** How Keystone shows application credentials and access rules. Source: keystone `api/users.py`. */

import { microseconds } from '../../dialects/openstack-times.ts';
import { type AccessRule, accessRuleId } from '../../domain/identity/access-rule.ts';
import type { Credential } from '../../domain/identity/application-credential.ts';
import { nameId } from '../../domain/ids.ts';
import { momentOf } from '../../domain/time.ts';

/** A rule of a user. `base` is the surface's URL. */
export const accessRuleView = (rule: AccessRule, user_id: string, base: string) => {
  const id = accessRuleId(user_id, rule);
  return { id, ...rule, links: { self: `${base}/v3/users/${user_id}/access_rules/${id}` } };
};

/** A credential without its secret, which only the answer to its creation shows. */
export function credentialView(credential: Credential, base: string) {
  const { id, name, description, user_id, project, unrestricted, ends_at } = credential;
  const { access_rules } = credential;
  return {
    id,
    name,
    description,
    user_id,
    project_id: project.id,
    system: null,
    unrestricted,
    expires_at: ends_at === undefined ? null : microseconds(momentOf(ends_at * 1000)),
    roles: credential.roles.map((role) => ({
      id: nameId('role', role),
      name: role,
      domain_id: null,
      description: null,
      options: {},
    })),
    ...(access_rules && {
      access_rules: access_rules.map((rule) => ({ id: accessRuleId(user_id, rule), ...rule })),
    }),
    links: { self: `${base}/v3/users/${user_id}/application_credentials/${id}` },
  };
}
