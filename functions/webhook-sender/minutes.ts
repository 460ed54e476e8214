/** Room for the posts of this minute, for the webhooks of a batch together. */
import type { WebhookMessage } from '../../domain/delivery/webhook.ts';
import {
  type Counter,
  type FullCounter,
  type MinuteLimits,
  projectCounter,
  receiverCounter,
} from '../../domain/delivery/webhook-minute.ts';

/** What room needs from outside. */
export type MinuteDeps = {
  readonly limits: MinuteLimits;
  /** Counts as many of the posts as there is room for. @returns how many those are. */
  readonly take: (counter: Counter, posts: number) => Promise<number>;
  /** Takes posts off the count that were counted and not made. */
  readonly giveBack: (counter: Counter, posts: number) => Promise<void>;
  /** Called with an error of a count; the webhooks go on as if there were room. */
  readonly interrupted: (step: string, error: unknown) => void;
  readonly now: () => string;
};

type Countable = Pick<WebhookMessage, 'action' | 'project_id'>;

/** For each webhook without room, the count that is full. */
export type WithoutRoom<Webhook> = ReadonlyMap<Webhook, FullCounter>;

/** A count, the webhooks that it is asked for, and the room that is left. */
type Ask = { readonly counter: Counter; readonly posts: number; left: number };

const nameOf = ({ key, part }: Counter): string => `${key} ${part?.project_id ?? ''}`;

/** Room for posts, for the webhooks of this process. */
export type MinuteRoom<Webhook> = {
  /** Counts the posts. @returns the webhooks for which a count is full; nothing is counted for these. */
  readonly take: (webhooks: readonly Webhook[]) => Promise<WithoutRoom<Webhook>>;
  /** Takes posts that were counted, and are not made, off their counts. Others are ignored. */
  readonly giveBack: (webhooks: readonly Webhook[]) => Promise<void>;
};

/**
 * Asks counts for room, and takes posts off them. A count that was full is not asked again in its
 * minute.
 */
function counters(deps: MinuteDeps) {
  const full = new Set<string>();
  let minute = '';

  async function ask(counter: Counter, posts: number): Promise<Ask> {
    if (full.has(nameOf(counter))) return { counter, posts, left: 0 };
    try {
      const left = await deps.take(counter, posts);
      if (left < posts) full.add(nameOf(counter));
      return { counter, posts, left };
    } catch (error) {
      deps.interrupted('posts of a minute', error);
      return { counter, posts, left: posts };
    }
  }

  return {
    /** Asks each count once for all posts that are to be counted by it. @returns the answers by name. */
    askAll: async (
      now: string,
      wanted: readonly (Counter | undefined)[],
    ): Promise<Map<string, Ask>> => {
      if (minute !== now.slice(0, 16)) full.clear();
      minute = now.slice(0, 16);
      const named = Map.groupBy(
        wanted.flatMap((counter) => counter ?? []),
        nameOf,
      );
      const asks = [...named].map(async ([name, same]) => {
        const [counter] = same;
        return counter ? ([[name, await ask(counter, same.length)]] as const) : [];
      });
      return new Map((await Promise.all(asks)).flat());
    },

    /** Takes posts off a count. An error is logged. */
    lessen: async (counter: Counter, posts: number): Promise<void> => {
      try {
        await deps.giveBack(counter, posts);
      } catch (error) {
        deps.interrupted('posts of a minute', error);
      }
    },
  };
}

/**
 * Finds the webhooks for which a count is full. Asks each count once for all webhooks. A count that was
 * full is not asked again by this process in its minute.
 */
export function minuteRoom<Webhook extends Countable>(deps: MinuteDeps): MinuteRoom<Webhook> {
  const { askAll, lessen } = counters(deps);
  /** The counts that have a post of the webhook. */
  const counted = new WeakMap<Webhook, readonly Counter[]>();

  async function take(webhooks: readonly Webhook[]): Promise<WithoutRoom<Webhook>> {
    const now = deps.now();
    const wanted = webhooks.map((webhook) => ({
      webhook,
      project: projectCounter(webhook, deps.limits, now),
      receiver: receiverCounter(webhook, deps.limits, now),
    }));
    const asks = await askAll(
      now,
      wanted.flatMap(({ project, receiver }) => [project, receiver]),
    );
    const hasRoom = (counter: Counter | undefined): boolean =>
      !counter || (asks.get(nameOf(counter))?.left ?? 0) > 0;
    const without = new Map<Webhook, FullCounter>();
    for (const { webhook, project, receiver } of wanted) {
      if (!hasRoom(receiver)) without.set(webhook, 'receiver');
      else if (!hasRoom(project)) without.set(webhook, 'project');
      else {
        const used = [project, receiver].flatMap((counter) => counter ?? []);
        counted.set(webhook, used);
        for (const counter of used) {
          const asked = asks.get(nameOf(counter));
          if (asked) asked.left -= 1;
        }
      }
    }
    const unused = [...asks.values()].filter(({ left }) => left > 0);
    await Promise.all(unused.map(({ counter, left }) => lessen(counter, left)));
    return without;
  }

  async function giveBack(webhooks: readonly Webhook[]): Promise<void> {
    const counters = webhooks.flatMap((webhook) => {
      const its = counted.get(webhook) ?? [];
      counted.delete(webhook);
      return its;
    });
    await Promise.all(
      [...Map.groupBy(counters, nameOf).values()].flatMap((same) => {
        const [counter] = same;
        return counter ? [lessen(counter, same.length)] : [];
      }),
    );
  }

  return { take, giveBack };
}
