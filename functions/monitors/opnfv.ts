/**
 * `…/inspector/events`: OPNFV Doctor's southbound interface, in its three forms. It is also what
 * `doctor report` and the media type of Zabbix send.
 */
import { parsed } from '../../adapters/http/parsed.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import type { Route } from '../../adapters/http/route.ts';
import { parseOpnfv } from '../../dialects/opnfv.ts';
import { SourceName } from '../../domain/conditions/source.ts';
import { querySource, type ReportDeps, reportRoute } from './report-route.ts';

/** The kinds of sources that send this form. */
const kinds = ['opnfv', 'script', 'zabbix'];

/** The source: `opnfv`, or what `source=` names: one of the kinds with or without /NAME, else a NAME of `opnfv`. */
function sourceOf(request: AuthenticRequest): string {
  const [given = ''] = request.query.source ?? [];
  const [kind = '', ...name] = given.split('/');
  if (!kinds.includes(kind)) return querySource(request, 'opnfv');
  return name.length === 0 ? kind : parsed(SourceName, given, 'source');
}

/** The routes of a path, by both methods that monitors use. */
export const opnfvRoutes = (deps: ReportDeps, path: string): Route[] =>
  (['PUT', 'POST'] as const).map((method) =>
    reportRoute(deps, {
      method,
      path,
      source: sourceOf,
      parse: parseOpnfv,
    }),
  );
