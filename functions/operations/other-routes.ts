/** The routes that pages do not poll. They are loaded when one is first asked for. */
import type { Route } from '../../adapters/http/route.ts';
import { type AlarmTestDeps, alarmTestRoutes } from './alarm-tests.ts';
import { type DeadLetterDeps, deadLetterRoutes } from './dead-letters.ts';
import { type HostHistoryDeps, hostHistoryRoutes } from './host-history.ts';
import { type SilenceDeps, silenceRoutes } from './silences.ts';

/** What these routes need. */
export type OtherOperationsDeps = HostHistoryDeps & DeadLetterDeps & SilenceDeps & AlarmTestDeps;

export const otherOperationsRoutes = (deps: OtherOperationsDeps): readonly Route[] => [
  ...hostHistoryRoutes(deps),
  ...deadLetterRoutes(deps),
  ...silenceRoutes(deps),
  ...alarmTestRoutes(deps),
];
