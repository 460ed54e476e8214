/** The routes of conditions and of sources. They are loaded when one is first asked for. */
import type { Route } from '../../adapters/http/route.ts';
import { type ConditionDeps, conditionRoutes } from './conditions.ts';
import { type SourceDeps, sourceRoutes } from './sources.ts';
import { type UnmatchedDeps, unmatchedRoutes } from './unmatched.ts';

/** What these routes need. */
export type OtherMonitorDeps = ConditionDeps & SourceDeps & UnmatchedDeps;

export const otherMonitorRoutes = (deps: OtherMonitorDeps): readonly Route[] => [
  ...conditionRoutes(deps),
  ...sourceRoutes(deps),
  ...unmatchedRoutes(deps),
];
