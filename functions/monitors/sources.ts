/**
 * `/doctor/v1/sources`: what operators set for the sources of conditions. The slash in a name is one in
 * the path: `/doctor/v1/sources/alertmanager/prod`.
 */
import * as z from 'zod';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { limitUpTo, once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import {
  defaultSettings,
  type Source,
  SourceName,
  type SourceRow,
  SourceSettings,
} from '../../domain/conditions/source.ts';
import { DomainError } from '../../domain/errors.ts';
import { may } from '../../domain/identity/access.ts';
import { checkMapping, checkReporters } from './mappings.ts';

/** What the routes need. */
export type SourceDeps = {
  readonly source: (name: string) => Promise<Source>;
  readonly sourceRows: (names: readonly string[]) => Promise<readonly SourceRow[]>;
  /** Names of the sources that have settings, in order, after a name. */
  readonly sourceNames: (after: string | undefined, most: number) => Promise<readonly string[]>;
  readonly saveSource: (row: SourceRow) => Promise<void>;
  /** False if the source had no settings. */
  readonly deleteSource: (name: string) => Promise<boolean>;
  readonly now: () => string;
};

const roles = may.administrateMonitors;
/** The largest page, and the size of a page without `limit`. */
const maxPage = 100;

/** The most characters of a mapping as JSON: a row of DynamoDB holds 400 kB. */
const mostMapping = 65_536;

const SourceQuery = z
  .strictObject({ marker: once(SourceName), limit: limitUpTo(maxPage) })
  .transform(({ marker, limit = maxPage }) => ({ marker, limit }));

/** The body of `PUT`: settings that are left out have their defaults. */
export const SourceInput = z
  .strictObject(SourceSettings.partial().shape)
  .refine(({ mapping = {} }) => JSON.stringify(mapping).length <= mostMapping, {
    path: ['mapping'],
    error: `It has more than ${mostMapping} characters.`,
  })
  .transform((given): SourceSettings => ({ ...defaultSettings, ...given }));

export const sourceRoutes = (deps: SourceDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/sources',
    roles,
    query: SourceQuery,
    body: ignored,
    handle: async (request) => {
      const { marker, limit } = request.args;
      const names = limit === 0 ? [] : await deps.sourceNames(marker, limit);
      const rows = new Map((await deps.sourceRows(names)).map((row) => [row.name, row]));
      const sources = names.flatMap((name) => rows.get(name) ?? []);
      const next = names.length === limit ? names.at(-1) : undefined;
      return { status: 200, body: { sources, ...(next && { next: nextLink(request, next) }) } };
    },
  }),
  ...['/v1/sources/:kind', '/v1/sources/:kind/:name'].flatMap((path) => sourceOfPath(deps, path)),
];

type Named = Pick<RouteRequest<unknown, unknown>, 'params'>;

/** The name in the path. @throws invalid if it is not valid. */
const nameIn = ({ params: { kind = '', name } }: Named): string =>
  parsed(SourceName, name === undefined ? kind : `${kind}/${name}`, 'name');

const sourceOfPath = (deps: SourceDeps, path: string): Route[] => [
  route({
    method: 'GET',
    path,
    roles,
    query: ignored,
    body: ignored,
    handle: async (request) => ({
      status: 200,
      body: { source: await deps.source(nameIn(request)) },
    }),
  }),
  route({
    method: 'PUT',
    path,
    roles,
    query: ignored,
    body: SourceInput,
    handle: async (request) => {
      const name = nameIn(request);
      checkMapping(name, request.body.mapping);
      checkReporters(name, request.body.reporters);
      const { user_id, user_name } = request.caller;
      const source = {
        name,
        ...request.body,
        updated_at: deps.now(),
        updated_by: { user_id, user_name },
      };
      await deps.saveSource(source);
      return { status: 200, body: { source } };
    },
  }),
  route({
    method: 'DELETE',
    path,
    roles,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const name = nameIn(request);
      if (await deps.deleteSource(name)) return { status: 204 };
      throw new DomainError('not_found', `Source ${name} has no settings.`);
    },
  }),
];
