/** The alarming surface: Aodh's API v2, as far as event alarms need it. */
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { alarmRoutes } from './alarms.ts';
import type { AlarmDeps } from './deps.ts';
import { listRoutes } from './list.ts';
import { stateRoutes } from './state.ts';
import { versionRoutes } from './version.ts';

export type Deps = Pick<Surface, 'authenticate' | 'logger' | 'publicUrl'> & AlarmDeps;

/** `/v2/alarms/` is `/v2/alarms`: clients send either. */
const withoutSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);

export const alarmingApi = (deps: Deps) =>
  createSurface({
    dialect: 'alarming',
    prefix: '/alarming',
    publicUrl: deps.publicUrl,
    authenticate: deps.authenticate,
    logger: deps.logger,
    normalise: withoutSlash,
    publicRoutes: versionRoutes,
    routes: [...listRoutes(deps), ...alarmRoutes(deps), ...stateRoutes(deps)],
  });
