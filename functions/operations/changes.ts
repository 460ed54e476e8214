/**
 * `GET /doctor/v1/changes`: what changed since a cursor, of what the caller may see. `POST` answers
 * the same, with what the caller reads again because of it.
 */
import * as z from 'zod';
import { once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import {
  type Changes,
  changeKinds,
  cursorText,
  type FeedCursor,
  isTooOld,
  operatorsScope,
  readCursor,
  scopeOfProject,
  startCursor,
} from '../../domain/activity/change-feed.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import type { Watch } from '../../flows/watch-changes.ts';
import { type DueRead, dueReads } from './due-reads.ts';
import { mayHaveBody, type ReadAnswer, readerOf } from './reads.ts';

/** The dependencies of the routes. */
export type ChangeDeps = {
  readonly watch: (watch: Watch) => Promise<{ readonly changes: Changes; readonly held: boolean }>;
  /** Answers what is due, in its order, for the caller of the request. */
  readonly readDue: (
    request: AuthenticRequest,
    due: readonly DueRead[],
  ) => Promise<readonly ReadAnswer[]>;
  readonly now: () => string;
};

/** The longest time for which a request is held, in seconds. */
export const longestWait = 4;

const CursorText = z
  .string()
  .max(2_048)
  .transform((text, context): FeedCursor => {
    const cursor = readCursor(text);
    if (cursor) return cursor;
    context.addIssue({ code: 'custom', message: 'Must be the cursor of an answer.' });
    return z.NEVER;
  });

const Wait = z
  .string()
  .regex(/^\d$/, `Must be a number of seconds from 0 to ${longestWait}.`)
  .transform(Number)
  .refine((seconds) => seconds <= longestWait, `Must be at most ${longestWait}.`);

/** The most reads of a request: a view has a few, and a list of very many hosts a page for each thousand. */
const mostReads = 24;
const Kind = z.enum(changeKinds);
const Path = z
  .string()
  .max(2_048)
  .regex(/^\/[\x21-\x7e]*$/, 'Must be a path with its query.')
  .refine((path) => readerOf(path) !== undefined, 'Must be a path that can be read here.');

const Read = z
  .strictObject({
    path: Path,
    kinds: z.array(Kind).max(changeKinds.length),
    each: z.strictObject({ kind: Kind, path: Path }).optional(),
    now: z.boolean().optional(),
    microversion: z.string().max(20).optional(),
    body: z.looseObject({}).optional(),
  })
  .refine(({ path, each, body }) => !body || (mayHaveBody(path) && !each), {
    message: 'May be sent with a query or a trial of alarms only.',
    path: ['body'],
  });

/** The body; an unknown key is refused. */
export const ChangesBody = z.strictObject({
  since: CursorText.optional(),
  wait: z.int().min(0).max(longestWait).default(0),
  reads: z.array(Read).max(mostReads).default([]),
});

/** The query; an unknown key is refused. */
export const ChangesQuery = z.strictObject({ since: once(CursorText), wait: once(Wait) });

const scopeFor = (caller: Caller): string =>
  isAdmin(caller) ? operatorsScope : scopeOfProject(projectOf(caller));

type Asked = { readonly since: FeedCursor | undefined; readonly wait: number };
const nothing = { changed: {}, reload: [] };

/**
 * What changed since a cursor, as it is answered; everything must be read again if it is missing or
 * too old.
 */
async function feedAnswer({ watch, now }: ChangeDeps, caller: Caller, { since, wait }: Asked) {
  if (!since || isTooOld(since, now())) {
    return { cursor: startCursor(now()), reset: true, held: true, ...nothing };
  }
  const project = caller.project_id ?? '';
  const scope = scopeFor(caller);
  const { changes, held } = await watch({ scope, cursor: since, waitSeconds: wait, project });
  return { ...changes, reset: false, held };
}

const shown = ({
  cursor,
  reset,
  held,
  changed,
  reload,
}: Awaited<ReturnType<typeof feedAnswer>>) => ({
  cursor: cursorText(cursor),
  reset,
  held,
  changes: changed,
  reload,
});

export const changeRoutes = (deps: ChangeDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/changes',
    roles: ['reader'],
    query: ChangesQuery,
    body: ignored,
    handle: async ({ caller, args: { since, wait = 0 } }) => ({
      status: 200,
      body: shown(await feedAnswer(deps, caller, { since, wait })),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/changes',
    roles: ['reader'],
    query: ignored,
    body: ChangesBody,
    handle: async (request) => {
      const { caller, body } = request;
      const { since, wait, reads } = body;
      const held = reads.some(({ now }) => now) ? 0 : wait;
      const feed = await feedAnswer(deps, caller, { since, wait: held });
      const due = dueReads(reads, feed, feed.reset);
      const { args, before, microversion, ...asked } = request;
      const answers = await deps.readDue({ ...asked, text: undefined }, due);
      return {
        status: 200,
        body: {
          ...shown(feed),
          answers: answers.map((answer, n) => ({
            read: due[n]?.read ?? 0,
            id: due[n]?.id ?? null,
            ...answer,
          })),
        },
      };
    },
  }),
];
