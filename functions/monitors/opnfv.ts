/**
 * `…/inspector/events`: OPNFV Doctor's southbound interface, in its three forms. It is also what
 * `doctor report` and the media type of Zabbix send.
 */
import { parsed } from '../../adapters/http/parsed.ts';
import type { Query } from '../../adapters/http/query.ts';
import type { Route } from '../../adapters/http/route.ts';
import { parseOpnfv } from '../../dialects/opnfv.ts';
import { SourceName } from '../../domain/conditions/source.ts';
import { querySource, type ReportDeps, reportRoute } from './report-route.ts';

/** The kinds of sources that send this form. */
const kinds = ['opnfv', 'script', 'zabbix'];

/**
 * The source: `opnfv`, or what `source=` names: one of the kinds with or without /NAME, else a NAME
 * of `opnfv`.
 */
function sourceOf(query: Query): string {
  const [given = ''] = query.source ?? [];
  const [kind = '', ...name] = given.split('/');
  if (!kinds.includes(kind)) return querySource(query, 'opnfv');
  return name.length === 0 ? kind : parsed(SourceName, given, 'source');
}

/** The routes of a path, by both methods that monitors use. */
export const opnfvRoutes = (deps: ReportDeps, path: string): Route[] =>
  (['PUT', 'POST'] as const).map((method) =>
    reportRoute(deps, {
      method,
      path,
      source: sourceOf,
      body: parseOpnfv,
      items: (items) => items,
    }),
  );
