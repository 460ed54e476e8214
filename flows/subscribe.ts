/**
 * Subscribes and unsubscribes endpoints. The row is written first and deleted last: it claims the
 * endpoint for its project, and a later call can continue from it if a process dies in between. A
 * repeated subscription at SNS returns the same one.
 */

import type { NotificationTopics } from '../domain/delivery/notification-topics.ts';
import {
  asksToConfirm,
  claimOf,
  isComplete,
  isSameRequest,
  type Subscription,
  type SubscriptionRequest,
  topicsFor,
} from '../domain/delivery/subscription.ts';
import { DomainError } from '../domain/errors.ts';
import { untilWritten } from './retry.ts';

export type SubscribeDeps = {
  /** Read consistently. */
  readonly subscription: (subscription_id: string) => Promise<Subscription | undefined>;
  readonly countOf: (project_id: string) => Promise<number>;
  /** False if the endpoint is claimed already. */
  readonly claim: (row: Subscription) => Promise<boolean>;
  /** False if the row is no longer as it was read. */
  readonly replace: (before: Subscription, after: Subscription) => Promise<boolean>;
  /** False if the row is no longer as it was read. */
  readonly remove: (row: Subscription) => Promise<boolean>;
  /**
   * SNS's name of the subscription, created or found.
   * @throws DomainError if SNS refuses it, or has one with another filter.
   */
  readonly subscribeTo: (topic: string, request: SubscriptionRequest) => Promise<string>;
  /** Does nothing if the subscription no longer exists. */
  readonly unsubscribe: (arn: string) => Promise<void>;
  /**
   * Counts a request of the project or for the endpoint, before SNS is asked. False if there were
   * too many lately; the request is then not counted.
   */
  readonly countRequestOf: {
    readonly project: (project_id: string) => Promise<boolean>;
    readonly endpoint: (subscription_id: string) => Promise<boolean>;
  };
  /** The seconds after which one endpoint may be requested again. */
  readonly cooldownSeconds: number;
  readonly topics: NotificationTopics;
  readonly mostPerProject: number;
  readonly now: () => string;
};

/**
 * The requested subscription, and whether it is new. SNS may send a mail for each request, so a request
 * that comes too soon is answered from the row if that is complete, and refused otherwise.
 * @throws DomainError `conflict` if the endpoint has another subscription, or was requested a moment
 * ago; `forbidden` over the quota, or if the project made too many requests.
 */
export function subscribe(
  deps: SubscribeDeps,
  request: SubscriptionRequest,
): Promise<{ subscription: Subscription; created: boolean }> {
  // Counted once, however often another writer is faster.
  let refused: Promise<DomainError | undefined> | undefined;
  return untilWritten(async () => {
    const claim = claimOf(request, deps.now());
    const known = await deps.subscription(claim.subscription_id);
    if (known && !isSameRequest(known, request)) throw taken(known, request);
    if (!known) await checkQuota(deps, request);
    refused ??= tooSoon(deps, claim);
    const refusal = await refused;
    if (refusal && known && isComplete(known, deps.topics)) {
      return { subscription: known, created: false };
    }
    if (refusal) throw refusal;
    if (!known && !(await deps.claim(claim))) return undefined;
    const row = known ?? claim;
    const arns = await subscribed(deps, row).catch(async (error: unknown) => {
      if (!known && error instanceof DomainError) await deps.remove(row);
      throw error;
    });
    const after = { ...row, arns: { ...row.arns, ...arns }, revision: row.revision + 1 };
    return (await deps.replace(row, after)) ? { subscription: after, created: !known } : undefined;
  });
}

/** Counts the request. The refusal if SNS would send a confirmation too soon; undefined if not. */
async function tooSoon(
  { countRequestOf, cooldownSeconds }: SubscribeDeps,
  { protocol, project_id, subscription_id }: Subscription,
): Promise<DomainError | undefined> {
  if (!asksToConfirm(protocol)) return undefined;
  if (!(await countRequestOf.endpoint(subscription_id))) {
    const message = 'The endpoint was requested a moment ago. Try again later.';
    return new DomainError('conflict', message, { 'Retry-After': String(cooldownSeconds) });
  }
  if (await countRequestOf.project(project_id)) return undefined;
  const message = 'Subscription quota exceeded: the project made too many requests in an hour.';
  return new DomainError('forbidden', message, { 'Retry-After': '3600' });
}

async function checkQuota(deps: SubscribeDeps, { project_id }: SubscriptionRequest): Promise<void> {
  if ((await deps.countOf(project_id)) < deps.mostPerProject) return;
  throw new DomainError(
    'forbidden',
    `Subscription quota exceeded: a project may have ${deps.mostPerProject}.`,
  );
}

const taken = (known: Subscription, request: SubscriptionRequest): DomainError =>
  new DomainError(
    'conflict',
    known.project_id === request.project_id
      ? `The endpoint has a subscription with another filter or group: delete ${known.subscription_id} first.`
      : 'The endpoint cannot be subscribed: it has a subscription already.',
  );

/** SNS's names by topic. If SNS refuses one, those that this call created are deleted again. */
async function subscribed(
  { topics, subscribeTo, unsubscribe }: SubscribeDeps,
  row: Subscription,
): Promise<Record<string, string>> {
  const arns: Record<string, string> = {};
  try {
    for (const topic of topicsFor(topics, row)) arns[topic] = await subscribeTo(topic, row);
    return arns;
  } catch (error) {
    const made = Object.values(arns).filter((arn) => !Object.values(row.arns).includes(arn));
    for (const arn of made) await unsubscribe(arn);
    throw error;
  }
}

/** SNS's names by topic; empty if SNS refuses the subscription. */
const subscribedOrRefused = (deps: SubscribeDeps, row: Subscription) =>
  subscribed(deps, row).catch((error: unknown) => {
    if (error instanceof DomainError) return {};
    throw error;
  });

/**
 * Ends a subscription. If a process died before it recorded SNS's names, they are found by
 * subscribing again, which returns the same names.
 * @param found the row as the request has read it. It is read again, because SNS is asked before the
 * row is deleted: another project may have claimed the endpoint since.
 */
export async function unsubscribe(deps: SubscribeDeps, found: Subscription): Promise<void> {
  await untilWritten(async () => {
    const row = await deps.subscription(found.subscription_id);
    if (!row || row.project_id !== found.project_id) return true;
    const noted = Object.values(row.arns);
    const arns = noted.length > 0 ? noted : Object.values(await subscribedOrRefused(deps, row));
    for (const arn of arns) await deps.unsubscribe(arn);
    return (await deps.remove(row)) || undefined;
  });
}
