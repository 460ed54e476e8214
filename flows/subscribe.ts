/**
 * Subscribes and unsubscribes endpoints. The row comes first and goes last: it claims the endpoint
 * for its project, and is enough to go on from when a process dies in between. Asking SNS for the
 * same subscription again gives the same one.
 */

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
  /** False if the endpoint is claimed. */
  readonly claim: (row: Subscription) => Promise<boolean>;
  /** False if the row is no longer as it was read. */
  readonly replace: (before: Subscription, after: Subscription) => Promise<boolean>;
  /** False if the row is no longer as it was read. */
  readonly remove: (row: Subscription) => Promise<boolean>;
  /** SNS's name of the subscription, made or found. Refuses if one with another filter is there. */
  readonly subscribeTo: (topic: string, wish: SubscriptionRequest) => Promise<string>;
  /** Nothing happens if it is gone. */
  readonly unsubscribe: (arn: string) => Promise<void>;
  /**
   * Counts a request to SNS, of the project or of the endpoint, before it is made. False if there
   * were too many lately; then it is not counted.
   */
  readonly countRequestOf: {
    readonly project: (project_id: string) => Promise<boolean>;
    readonly endpoint: (subscription_id: string) => Promise<boolean>;
  };
  /** The seconds after which one endpoint may be requested again. */
  readonly cooldownSeconds: number;
  readonly topics: readonly string[];
  readonly mostPerProject: number;
  readonly now: () => string;
};

/**
 * The subscription as wished, and whether it is new. Refuses an endpoint that has another one. SNS
 * may send a mail for each request, so one that comes too soon is refused, or answered from the row
 * if that is complete.
 */
export function subscribe(
  deps: SubscribeDeps,
  wish: SubscriptionRequest,
): Promise<{ subscription: Subscription; created: boolean }> {
  // Asked once, however often another writer is faster.
  let asked: Promise<DomainError | undefined> | undefined;
  return untilWritten(async () => {
    const claim = claimOf(wish, deps.now());
    const known = await deps.subscription(claim.subscription_id);
    if (known && !isSameRequest(known, wish)) throw taken(known, wish);
    if (!known) await checkQuota(deps, wish);
    asked ??= tooSoon(deps, claim);
    const refusal = await asked;
    if (refusal && known && isComplete(known, deps.topics)) {
      return { subscription: known, created: false };
    }
    if (refusal) throw refusal;
    if (!known) {
      if (!(await deps.claim(claim))) return undefined;
    }
    const row = known ?? claim;
    const arns = await subscribed(deps, row).catch(async (error: unknown) => {
      if (!known && error instanceof DomainError) await deps.remove(row);
      throw error;
    });
    const after = { ...row, arns: { ...row.arns, ...arns }, revision: row.revision + 1 };
    return (await deps.replace(row, after)) ? { subscription: after, created: !known } : undefined;
  });
}

/** The refusal of a request for which SNS would send something too soon; undefined: it may be made. */
async function tooSoon(
  { countRequestOf, cooldownSeconds }: SubscribeDeps,
  { protocol, project_id, subscription_id }: Subscription,
): Promise<DomainError | undefined> {
  if (!asksToConfirm(protocol)) return undefined;
  if (!(await countRequestOf.endpoint(subscription_id))) {
    return new DomainError(
      'conflict',
      'The endpoint was requested a moment ago. Try again later.',
      {
        'Retry-After': String(cooldownSeconds),
      },
    );
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

const taken = (known: Subscription, wish: SubscriptionRequest): DomainError =>
  new DomainError(
    'conflict',
    known.project_id === wish.project_id
      ? `The endpoint has a subscription with another filter: delete ${known.subscription_id} first.`
      : 'The endpoint cannot be subscribed: it has a subscription already.',
  );

/** SNS's names by topic. What was made before one is refused is taken back. */
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

/** What SNS has of the row; nothing where it refuses to have it. */
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
