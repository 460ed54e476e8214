/** `/doctor/v1/subscriptions`: the endpoints that SNS notifies for a project. */

import * as z from 'zod';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import type { Subscription } from '../../domain/delivery/subscription.ts';
import { DomainError, noSuch } from '../../domain/errors.ts';
import { canSee, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { type SubscribeDeps, subscribe, unsubscribe } from '../../flows/subscribe.ts';
import { requestOf, SubscriptionInput, SubscriptionQuery } from './subscription-input.ts';

type Status = 'confirmed' | 'pending confirmation' | 'gone';

/** The dependencies of the routes. */
export type SubscriptionDeps = {
  readonly subscribing: SubscribeDeps;
  /**
   * At most `limit` subscriptions of a project (undefined: of all), oldest first, after the marker.
   * Undefined if the marker does not exist.
   */
  readonly subscriptions: (
    project_id: string | undefined,
    page: { readonly limit: number; readonly marker: string | undefined },
  ) => Promise<readonly Subscription[] | undefined>;
  readonly statusOf: (arn: string) => Promise<Status>;
};

type SubscriptionRouteRequest = RouteRequest<unknown, unknown>;

/** A subscription as the API shows it, with its status at SNS. */
async function view(
  { statusOf }: SubscriptionDeps,
  { arns, subscription_id, revision, group, ...shown }: Subscription,
) {
  const statuses = await Promise.all(Object.values(arns).map(statusOf));
  return { id: subscription_id, ...shown, group: group ?? null, status: overall(statuses) };
}

/** The subscription in the path. @throws not_found if there is none that the caller may see. */
async function found(
  { subscribing }: SubscriptionDeps,
  { caller, params }: SubscriptionRouteRequest,
): Promise<Subscription> {
  const id = parsed(z.guid(), params.id, 'id').toLowerCase();
  const row = await subscribing.subscription(id);
  if (row && canSee(caller, row.project_id)) return row;
  throw noSuch('Subscription', id);
}

/** The routes. */
export const subscriptionRoutes = (deps: SubscriptionDeps): Route[] => [
  ...allSubscriptions(deps),
  ...oneSubscription(deps),
];

const allSubscriptions = (deps: SubscriptionDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/subscriptions',
    roles: ['reader'],
    query: SubscriptionQuery,
    body: ignored,
    handle: async (request) => {
      const { caller, args } = request;
      const all = args.all_projects === 'true';
      if (all && !isAdmin(caller)) {
        throw new DomainError('forbidden', "Policy doesn't allow all projects to be listed.");
      }
      const { limit, marker } = args;
      const page = await deps.subscriptions(all ? undefined : projectOf(caller), { limit, marker });
      if (!page) throw new DomainError('invalid', `marker [${marker}] not found`);
      const last = page.length === limit ? page.at(-1)?.subscription_id : undefined;
      const views = await Promise.all(page.map((each) => view(deps, each)));
      const next = last === undefined ? {} : { next: nextLink(request, last) };
      return { status: 200, body: { subscriptions: views, ...next } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/subscriptions',
    roles: ['member'],
    query: ignored,
    body: SubscriptionInput,
    handle: async ({ caller, body }) => {
      if (body.all_projects && !isAdmin(caller)) {
        throw new DomainError('forbidden', "Policy doesn't allow all projects to be subscribed.");
      }
      const request = requestOf(body, projectOf(caller));
      const { subscription, created } = await subscribe(deps.subscribing, request);
      return {
        status: created ? 201 : 200,
        body: { subscription: await view(deps, subscription) },
      };
    },
  }),
];

const oneSubscription = (deps: SubscriptionDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/subscriptions/:id',
    roles: ['reader'],
    query: ignored,
    body: ignored,
    handle: async (request) => ({
      status: 200,
      body: { subscription: await view(deps, await found(deps, request)) },
    }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/subscriptions/:id',
    roles: ['member'],
    query: ignored,
    body: ignored,
    handle: async (request) => {
      await unsubscribe(deps.subscribing, await found(deps, request));
      return { status: 204 };
    },
  }),
];

/** The status of a subscription to several topics: the worst of them. */
function overall(statuses: readonly Status[]): Status | 'incomplete' {
  const worst = (['gone', 'pending confirmation'] as const).find((each) => statuses.includes(each));
  return worst ?? (statuses.length > 0 ? 'confirmed' : 'incomplete');
}
