/** `/doctor/v1/silences`: for a time, what alarms fire is recorded and not notified. */
import * as z from 'zod';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { type Silence, silenceStatus } from '../../domain/alarms/silence.ts';
import { DomainError, noSuch } from '../../domain/errors.ts';
import { type Caller, canSee, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { endSilenceNow, makeSilence, type SilenceFlowDeps } from '../../flows/change-silence.ts';
import { SilenceInput, SilenceQuery, silenceRequestOf } from './silence-input.ts';

/** The dependencies of the routes. */
export type SilenceDeps = {
  readonly silencing: SilenceFlowDeps & {
    /** At most `limit` silences of a project (undefined: all), the newest first, after the marker. */
    readonly silencePage: (
      project_id: string | undefined,
      page: { readonly limit: number; readonly marker: Silence | undefined },
    ) => Promise<readonly Silence[]>;
    readonly silenceLongestSeconds: number;
    readonly newId: () => string;
  };
};

/** A silence as the API shows it, with its status at the moment. */
const view = ({ silence_id, revision, due_at, ...shown }: Silence, now: string) => ({
  id: silence_id,
  ...shown,
  project_id: shown.project_id || null,
  status: silenceStatus(shown, now),
});

/** The silence with the id. @throws not_found if there is none that the caller may see. */
async function found(
  { silencing }: SilenceDeps,
  caller: Caller,
  given: string | undefined,
): Promise<Silence> {
  const id = parsed(z.guid(), given, 'id').toLowerCase();
  const row = await silencing.silence(id);
  if (row && canSee(caller, row.project_id)) return row;
  throw noSuch('Silence', id);
}

/** The routes. */
export const silenceRoutes = (deps: SilenceDeps): Route[] => [
  ...allSilences(deps),
  ...oneSilence(deps),
];

const allSilences = (deps: SilenceDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/silences',
    roles: ['reader'],
    query: SilenceQuery,
    body: ignored,
    handle: async (request) => {
      const { caller, args } = request;
      const all = args.all_projects === 'true';
      if (all && !isAdmin(caller)) {
        throw new DomainError('forbidden', "Policy doesn't allow all projects to be listed.");
      }
      const { silencing } = deps;
      const project_id = all ? undefined : projectOf(caller);
      const marker =
        args.marker === undefined ? undefined : await silencing.silence(args.marker.toLowerCase());
      const isOdd = project_id !== undefined && marker && marker.project_id !== project_id;
      if (args.marker !== undefined && (!marker || isOdd)) {
        throw new DomainError('invalid', `marker [${args.marker}] not found`);
      }
      const page = await silencing.silencePage(project_id, { limit: args.limit, marker });
      const last = page.length === args.limit ? page.at(-1)?.silence_id : undefined;
      const next = last === undefined ? {} : { next: nextLink(request, last) };
      const now = silencing.now();
      return { status: 200, body: { silences: page.map((each) => view(each, now)), ...next } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/silences',
    roles: ['member'],
    query: ignored,
    body: SilenceInput,
    handle: async ({ caller, body }) => {
      const { silencing } = deps;
      const request = silenceRequestOf(body, caller, {
        now: silencing.now(),
        longestSeconds: silencing.silenceLongestSeconds,
      });
      const { silence, created } = await makeSilence(silencing, request, {
        silence_id: body.id ?? silencing.newId(),
        created_by: caller.user_id,
      });
      const status = created ? 201 : 200;
      return { status, body: { silence: view(silence, silencing.now()) } };
    },
  }),
];

const oneSilence = (deps: SilenceDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/silences/:id',
    roles: ['reader'],
    query: ignored,
    body: ignored,
    handle: async ({ caller, params }) => {
      const silence = await found(deps, caller, params.id);
      return { status: 200, body: { silence: view(silence, deps.silencing.now()) } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/silences/:id',
    roles: ['member'],
    query: ignored,
    body: ignored,
    handle: async ({ caller, params }) => {
      await endSilenceNow(deps.silencing, await found(deps, caller, params.id));
      return { status: 204 };
    },
  }),
];
