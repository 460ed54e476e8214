/**
 * The route of metrics for Ceilometer's poller: how often events took each alarm into each state.
 */
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { readMetricsScope } from './alarm-list.ts';
import { metricsView } from './alarm-view.ts';
import type { AlarmDeps } from './deps.ts';
import { gatheredItems } from './gather.ts';
import { everything } from './list-request.ts';
import { forReaders } from './query-readers.ts';

const metricsQuery = forReaders(readMetricsScope);

/** The route. */
export const metricsRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2/metrics',
    query: metricsQuery,
    body: ignored,
    handle: async ({ args: scope }) => {
      const pages = deps.alarmsOf(scope, {});
      const all = { list: everything, ordered: true, last: undefined, view: metricsView };
      return { status: 200, body: { evaluation_results: await gatheredItems(pages, all) } };
    },
  }),
];
