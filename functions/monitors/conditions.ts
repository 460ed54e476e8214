/** `/doctor/v1/conditions`: what monitors say of hosts, ports and servers, for administrators. */
import * as z from 'zod';
import { actorOf, reporterOf } from '../../adapters/http/actor.ts';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import type { Condition } from '../../domain/conditions/condition.ts';
import { noSuch } from '../../domain/errors.ts';
import { may } from '../../domain/identity/access.ts';
import { text } from '../../domain/text.ts';
import type { EndCondition } from '../../flows/end-condition.ts';
import { type ConditionPages, pageOfConditions, shownConditions } from './condition-list.ts';
import { ConditionQuery } from './condition-query.ts';

/** What the routes need. */
export type ConditionDeps = ConditionPages & {
  readonly endCondition: EndCondition;
  readonly now: () => string;
};

const roles = may.administrateMonitors;
const path = '/v1/conditions/:id';

/** The query of `DELETE`: a body of it would not pass every proxy. */
const EndQuery = z
  .strictObject({ reason: once(text(1_024).min(1)) })
  .transform(({ reason }, context) => {
    if (reason !== undefined) return { reason };
    context.addIssue({ code: 'custom', path: ['reason'], message: 'It is missing.' });
    return z.NEVER;
  });

export const conditionRoutes = (deps: ConditionDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/conditions',
    roles,
    query: ConditionQuery,
    body: ignored,
    handle: async (request) => {
      const { conditions, next } = await pageOfConditions(deps, request.args, deps.now());
      return {
        status: 200,
        body: { conditions, ...(next && { next: nextLink(request, next) }) },
      };
    },
  }),
  route({
    method: 'GET',
    path,
    roles,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => shown(deps, await existing(deps, params.id)),
  }),
  route({
    method: 'DELETE',
    path,
    roles,
    query: EndQuery,
    body: ignored,
    handle: async (request) => {
      const { condition_id } = await existing(deps, request.params.id);
      await deps.endCondition(condition_id, {
        actor: actorOf(request, deps.now()),
        reporter: reporterOf(request.caller),
        reason: request.args.reason,
      });
      return shown(deps, await existing(deps, condition_id));
    },
  }),
];

/** The condition of an id. @throws not_found if there is none. */
async function existing({ condition }: ConditionDeps, id: string | undefined): Promise<Condition> {
  const condition_id = parsed(z.guid(), id, 'id').toLowerCase();
  const row = await condition(condition_id);
  if (!row) throw noSuch('Condition', condition_id);
  return row;
}

async function shown(deps: ConditionDeps, row: Condition) {
  const [condition] = await shownConditions(deps, [row], deps.now());
  return { status: 200, body: { condition } };
}
