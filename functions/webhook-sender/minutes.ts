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

/**
 * Finds the webhooks for which a count is full. Asks each count once for all webhooks. A count that was
 * full is not asked again by this process in its minute.
 */
export function minuteRoom(deps: MinuteDeps) {
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

  async function askAll(counters: readonly (Counter | undefined)[]): Promise<Map<string, Ask>> {
    const named = Map.groupBy(
      counters.flatMap((counter) => counter ?? []),
      nameOf,
    );
    const asks = [...named].map(async ([name, same]) => {
      const [counter] = same;
      return counter ? ([[name, await ask(counter, same.length)]] as const) : [];
    });
    return new Map((await Promise.all(asks)).flat());
  }

  return async <Webhook extends Countable>(
    webhooks: readonly Webhook[],
  ): Promise<WithoutRoom<Webhook>> => {
    const now = deps.now();
    if (minute !== now.slice(0, 16)) full.clear();
    minute = now.slice(0, 16);
    const wanted = webhooks.map((webhook) => ({
      webhook,
      project: projectCounter(webhook, deps.limits, now),
      receiver: receiverCounter(webhook, deps.limits, now),
    }));
    const asks = await askAll(wanted.flatMap(({ project, receiver }) => [project, receiver]));
    const hasRoom = (counter: Counter | undefined): boolean =>
      !counter || (asks.get(nameOf(counter))?.left ?? 0) > 0;
    const without = new Map<Webhook, FullCounter>();
    for (const { webhook, project, receiver } of wanted) {
      if (!hasRoom(receiver)) without.set(webhook, 'receiver');
      else if (!hasRoom(project)) without.set(webhook, 'project');
      else {
        for (const counter of [project, receiver]) {
          const used = counter && asks.get(nameOf(counter));
          if (used) used.left -= 1;
        }
      }
    }
    await Promise.all(
      [...asks.values()].map(async ({ counter, left }) => {
        if (left === 0) return;
        try {
          await deps.giveBack(counter, left);
        } catch (error) {
          deps.interrupted('posts of a minute', error);
        }
      }),
    );
    return without;
  };
}
