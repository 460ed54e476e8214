import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import type { AlarmDeps } from './deps.ts';
import { noArguments } from './query-readers.ts';

/**
 * The capabilities that Aodh's clients check, and Doctor's own `alarm_types`: which types of alarms are
 * evaluated. Source: docs/wire/alarming.md#routes.
 */
const capabilities = (hasPrometheus: boolean) => ({
  api: {
    'alarms:history:query:complex': true,
    'alarms:history:query:simple': true,
    'alarms:query:complex': true,
    'alarms:query:simple': true,
  },
  alarm_storage: { 'storage:production_ready': true },
  alarm_types: { event: true, notification: true, prometheus: hasPrometheus, composite: true },
});

/** The route that shows the capabilities. */
export const capabilityRoutes = ({ hasPrometheus }: Pick<AlarmDeps, 'hasPrometheus'>): Route[] => [
  route({
    method: 'GET',
    path: '/v2/capabilities',
    query: noArguments,
    body: ignored,
    handle: async ({ caller }) => {
      requireAlarmRole(caller, 'reader');
      return { status: 200, body: capabilities(hasPrometheus) };
    },
  }),
];
