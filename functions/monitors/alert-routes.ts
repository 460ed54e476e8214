/**
 * The routes of Alertmanager's webhook, and of programs that send alerts as Prometheus does: to the API
 * of an Alertmanager, `…/api/v2/alerts`, below a `path_prefix`.
 */

import { parsed } from '../../adapters/http/parsed.ts';
import type { Query } from '../../adapters/http/query.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import type { Route } from '../../adapters/http/route.ts';
import { type Source, SourceName } from '../../domain/conditions/source.ts';
import { DomainError } from '../../domain/errors.ts';
import { AlertMapping } from './alert-mapping.ts';
import { AlertmanagerWebhook, readWebhook } from './alertmanager.ts';
import type { AlertReading } from './observe-alert.ts';
import { PrometheusAlerts, readAlerts } from './prometheus.ts';
import { type ItemArgs, querySource, type ReportDeps, reportRoute } from './report-route.ts';

/** How the source reads the alerts of a request. */
function readingOf({ mapping }: Source, { query }: ItemArgs): AlertReading {
  const { type: types = [] } = query;
  if (types.length > 1) throw new DomainError('invalid', 'type is given more than once.');
  return { mapping: parsed(AlertMapping, mapping, 'mapping'), type: types[0] || undefined };
}

/** `POST /doctor/v1/alertmanager[?source=NAME][&type=TYPE]`. */
const webhookRoute = (deps: ReportDeps): Route =>
  reportRoute(deps, {
    method: 'POST',
    path: '/v1/alertmanager',
    source: (query) => querySource(query, 'alertmanager'),
    body: AlertmanagerWebhook,
    items: (body, source, args) => readWebhook(body, readingOf(source, args)),
  });

/**
 * The paths below which the alerts of Prometheus arrive: the `path_prefix` of its configuration, which
 * has no query, so that a NAME of the source is in the path.
 */
const pushPaths = [
  '/v1/prometheus/api/v2/alerts',
  '/v1/prometheus/:source/api/v2/alerts',
  '/v1/am/api/v2/alerts',
];

/** The source: `prometheus/NAME` with the NAME in the path or the query, else `prometheus`. */
const pushSource = (query: Query, { params }: AuthenticRequest): string =>
  params.source === undefined
    ? querySource(query, 'prometheus')
    : parsed(SourceName, `prometheus/${params.source}`, 'source');

const pushRoutes = (deps: ReportDeps): Route[] =>
  pushPaths.map((path) =>
    reportRoute(deps, {
      method: 'POST',
      path,
      source: pushSource,
      body: PrometheusAlerts,
      items: (body, source, args) => readAlerts(body, readingOf(source, args), deps.now()),
    }),
  );

/** The routes of alerts. */
export const alertRoutes = (deps: ReportDeps): Route[] => [webhookRoute(deps), ...pushRoutes(deps)];
