/** The routes of alarms that few clients use. They are loaded when one is first asked for. */
import type { Route } from '../../adapters/http/route.ts';
import { capabilityRoutes } from './capabilities.ts';
import type { AlarmDeps } from './deps.ts';
import { historyRoutes } from './history.ts';
import { metricsRoutes } from './metrics.ts';
import { quotaRoutes } from './quotas.ts';

export const otherAlarmingRoutes = (deps: AlarmDeps): readonly Route[] => [
  ...historyRoutes(deps),
  ...quotaRoutes(deps),
  ...metricsRoutes(deps),
  ...capabilityRoutes(deps),
];
