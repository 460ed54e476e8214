/**
 * `/v3/users/{user_id}/access_rules`: the rules of a user's application credentials. A rule exists as
 * long as a credential has it, so a rule cannot be deleted alone.
 */
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { type AccessRule, accessRuleId } from '../../domain/identity/access-rule.ts';
import { type CredentialDeps, ownerOf } from './application-credentials.ts';
import { accessRuleView } from './credential-view.ts';
import { listLinks } from './directory-view.ts';

type AccessRuleDeps = Pick<CredentialDeps, 'account' | 'credentialsOf'>;
type AccessRuleRequest = RouteRequest<unknown, unknown>;

const path = '/v3/users/:user_id/access_rules';

export function accessRuleRoutes(deps: AccessRuleDeps): Route[] {
  const rulesFor = async (request: AccessRuleRequest, action: string) => {
    const owner = await ownerOf(deps, request, { action });
    const all = (await deps.credentialsOf(owner)).flatMap((each) => each.access_rules ?? []);
    const byId = new Map(all.map((rule) => [accessRuleId(owner.user_id, rule), rule]));
    return { user_id: owner.user_id, byId };
  };

  const named = async (request: AccessRuleRequest, action: string) => {
    const { id = '' } = request.params;
    const { user_id, byId } = await rulesFor(request, action);
    const rule: AccessRule | undefined = byId.get(id);
    if (rule) return accessRuleView(rule, user_id, request.base);
    throw new DomainError('not_found', `Could not find Access Rule: ${id.slice(0, 255)}.`);
  };

  return [
    route({
      method: 'GET',
      path,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const { user_id, byId } = await rulesFor(request, 'list_access_rules');
        const access_rules = [...byId.values()].map((rule) =>
          accessRuleView(rule, user_id, request.base),
        );
        return { status: 200, body: { access_rules, links: listLinks(request) } };
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      query: ignored,
      body: ignored,
      handle: async (request) => ({
        status: 200,
        body: { access_rule: await named(request, 'get_access_rule') },
      }),
    }),
    route({
      method: 'DELETE',
      path: `${path}/:id`,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        await named(request, 'delete_access_rule');
        throw new DomainError('forbidden', 'May not delete access rule in use');
      },
    }),
  ];
}
