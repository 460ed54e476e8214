/** `GET /doctor/v1/changes`: what changed since a cursor, of what the caller may see. */
import * as z from 'zod';
import { once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import {
  type Changes,
  cursorText,
  type FeedCursor,
  isTooOld,
  operatorsScope,
  readCursor,
  scopeOfProject,
  startCursor,
} from '../../domain/change-feed.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import type { Watch } from '../../flows/watch-changes.ts';

/** The dependencies of the route. */
export type ChangeDeps = {
  readonly watch: (watch: Watch) => Promise<{ readonly changes: Changes; readonly held: boolean }>;
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

/** The query; an unknown key is refused. */
export const ChangesQuery = z.strictObject({ since: once(CursorText), wait: once(Wait) });

const scopeFor = (caller: Caller): string =>
  isAdmin(caller) ? operatorsScope : scopeOfProject(projectOf(caller));

export const changeRoutes = ({ watch, now }: ChangeDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/changes',
    roles: ['reader'],
    query: ChangesQuery,
    body: ignored,
    handle: async ({ caller, args: { since, wait = 0 } }) => {
      const scope = scopeFor(caller);
      if (!since || isTooOld(since, now())) {
        const cursor = cursorText(startCursor(now()));
        return {
          status: 200,
          body: { cursor, reset: true, held: true, changes: {}, reload: [] },
        };
      }
      const project = caller.project_id ?? '';
      const { changes, held } = await watch({ scope, cursor: since, waitSeconds: wait, project });
      return {
        status: 200,
        body: {
          cursor: cursorText(changes.cursor),
          reset: false,
          held,
          changes: changes.changed,
          reload: changes.reload,
        },
      };
    },
  }),
];
