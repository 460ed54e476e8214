/** `/doctor/v1/dead-letters`: what could not be done, with the reason; it is sent back, or deleted. */
import * as z from 'zod';
import { fitting } from '../../adapters/http/answer-size.ts';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { limitUpTo, once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import {
  type DeadLetterQueueName,
  deadLetterQueues,
  shownQueues,
} from '../../domain/delivery/queue-names.ts';
import type { QueueDepth } from '../../domain/delivery/queue-samples.ts';
import { deadLetterTexts } from '../../domain/delivery/redrive.ts';
import { shownAction, WebhookMessage } from '../../domain/delivery/webhook.ts';
import { DomainError, noSuch } from '../../domain/errors.ts';
import { may } from '../../domain/identity/access.ts';
import { type Chosen, mostLetters, type Redriven, type ShownLetter } from '../../flows/redrive.ts';

/** The dependencies of the routes. */
export type DeadLetterDeps = {
  readonly depthsOfDeadLetters: () => Promise<Readonly<Record<string, QueueDepth>>>;
  /** Letters of a queue, oldest first, at most `mostLetters`. */
  readonly lettersOf: (queue: DeadLetterQueueName) => Promise<readonly ShownLetter[]>;
  readonly redrive: (queue: DeadLetterQueueName, chosen: Chosen) => Promise<Redriven>;
  /** Deletes letters; the ids of those that were there. */
  readonly deleteLetters: (
    queue: DeadLetterQueueName,
    chosen: Chosen,
  ) => Promise<readonly string[]>;
};

/** The largest page, and the size of a page without `limit`. */
const maxPage = 50;
const Id = z.string().min(1).max(100);

/** The query of a list of letters; an unknown key is refused. */
export const LettersQuery = z.strictObject({ marker: once(Id), limit: limitUpTo(maxPage) });

/** The body of a redrive: some letters, or all. */
export const RedriveBody = z.union([
  z.strictObject({ ids: z.array(Id).min(1).max(mostLetters) }),
  z.strictObject({ all: z.literal(true) }),
]);

/** The query of `DELETE` of all letters, which must say so. */
export const DeleteAllQuery = z.strictObject({ all: z.tuple([z.literal('true')]) });

const roles = may.operate;
const path = '/v1/dead-letters/:queue';
type Asked = Pick<RouteRequest<unknown, unknown>, 'params'>;

/** @throws DomainError `not_found` for a queue that does not exist. */
function queueIn({ params: { queue } }: Asked): DeadLetterQueueName {
  const known = deadLetterQueues.find((name) => name === queue);
  if (known) return known;
  throw new DomainError('not_found', `There is no queue of dead letters ${queue}.`);
}

/** A letter as administrators see it. The URL of a webhook is shown without what may be secret in it. */
function viewOf(queue: DeadLetterQueueName, { back, refused, element, ...letter }: ShownLetter) {
  const webhook = queue === 'webhooks' ? WebhookMessage.safeParse(element).data : undefined;
  const shown = webhook ? { ...webhook, action: shownAction(webhook.action) } : null;
  return {
    ...letter,
    source: back?.to ?? null,
    redrivable: back !== undefined,
    refused,
    element: queue === 'webhooks' ? shown : (element ?? null),
  };
}

const countIn = (depth: QueueDepth | undefined): number =>
  (depth?.waiting ?? 0) + (depth?.in_flight ?? 0);

/** The routes. */
export const deadLetterRoutes = (deps: DeadLetterDeps): Route[] => [
  ...queueRoutes(deps),
  ...letterRoutes(deps),
  ...redriveRoutes(deps),
];

const queueRoutes = ({ depthsOfDeadLetters }: DeadLetterDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/dead-letters',
    roles,
    query: ignored,
    body: ignored,
    handle: async () => {
      const depths = await depthsOfDeadLetters();
      const queues = shownQueues(deadLetterQueues, depths).map((name) => ({
        name,
        count: countIn(depths[name]),
        ...deadLetterTexts[name],
      }));
      return { status: 200, body: { queues } };
    },
  }),
];

const noMessage = (id: string): DomainError => noSuch('Message', id);

const letterRoutes = (deps: DeadLetterDeps): Route[] => [
  route({
    method: 'GET',
    path,
    roles,
    query: LettersQuery,
    body: ignored,
    handle: async (request) => {
      const queue = queueIn(request);
      const { marker, limit = maxPage } = request.args;
      const letters = await deps.lettersOf(queue);
      const after = letters.findIndex(({ id }) => id === marker) + 1;
      const views = letters.slice(after, after + limit).map((each) => viewOf(queue, each));
      const messages = fitting(views);
      const last = after + messages.length < letters.length ? messages.at(-1)?.id : undefined;
      const next = last === undefined ? {} : { next: nextLink(request, last) };
      return { status: 200, body: { messages, ...next } };
    },
  }),
  route({
    method: 'GET',
    path: `${path}/:id`,
    roles,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const queue = queueIn(request);
      const id = parsed(Id, request.params.id, 'id');
      const letter = (await deps.lettersOf(queue)).find((each) => each.id === id);
      if (!letter) throw noMessage(id);
      return { status: 200, body: { message: viewOf(queue, letter) } };
    },
  }),
];

const redriveRoutes = (deps: DeadLetterDeps): Route[] => {
  const left = async (queue: DeadLetterQueueName): Promise<number> =>
    countIn((await deps.depthsOfDeadLetters())[queue]);
  return [
    route({
      method: 'POST',
      path: `${path}/redrive`,
      roles,
      query: ignored,
      body: RedriveBody,
      handle: async (request) => {
        const queue = queueIn(request);
        const chosen = 'ids' in request.body ? { ids: request.body.ids } : 'all';
        const done = await deps.redrive(queue, chosen);
        return { status: 200, body: { ...done, left: await left(queue) } };
      },
    }),
    route({
      method: 'DELETE',
      path,
      roles,
      query: DeleteAllQuery,
      body: ignored,
      handle: async (request) => {
        const queue = queueIn(request);
        const deleted = await deps.deleteLetters(queue, 'all');
        return { status: 200, body: { deleted: deleted.length, left: await left(queue) } };
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/:id`,
      roles,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const queue = queueIn(request);
        const id = parsed(Id, request.params.id, 'id');
        const deleted = await deps.deleteLetters(queue, { ids: [id] });
        if (deleted.length > 0) return { status: 204 };
        throw noMessage(id);
      },
    }),
  ];
};
