import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import { noArguments } from './query-readers.ts';

/** The capabilities that Aodh's clients check. Source: docs/wire/alarming.md#routes. */
const capabilities = {
  api: {
    'alarms:history:query:complex': true,
    'alarms:history:query:simple': true,
    'alarms:query:complex': true,
    'alarms:query:simple': true,
  },
  alarm_storage: { 'storage:production_ready': true },
};

/** The route that shows the capabilities. */
export const capabilityRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v2/capabilities',
    query: noArguments,
    body: ignored,
    handle: async ({ caller }) => {
      requireAlarmRole(caller, 'reader');
      return { status: 200, body: capabilities };
    },
  }),
];
