/**
 * The surfaces of monitors: `/doctor/v1/…` for what monitors report. The same function serves `/events`, the
 * path of OPNFV Doctor's published inspector.
 */
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { opnfvRoutes } from './opnfv.ts';
import type { ReportDeps } from './report-route.ts';

/** The dependencies of the surfaces. */
export type MonitorsDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  ReportDeps;

/**
 * Every route of a monitor below `/doctor`. A dialect adds its routes here, and the first segment of its
 * path to `monitorPaths` in `infra/monitors.ts`.
 */
const monitorRoutes = (deps: MonitorsDeps) => [...opnfvRoutes(deps, '/v1/inspector/events')];

const shared = ({ publicUrl, allowedOrigins, authenticate, logger }: MonitorsDeps) => ({
  dialect: 'doctor' as const,
  publicUrl,
  ...(allowedOrigins && { allowedOrigins }),
  authenticate,
  logger,
});

/** The handler of the routes below `/doctor`. */
export const monitorsApi = (deps: MonitorsDeps) =>
  createSurface({ ...shared(deps), prefix: '/doctor', routes: monitorRoutes(deps) });

/** The handler of `/events`. */
export const eventsApi = (deps: MonitorsDeps) =>
  createSurface({ ...shared(deps), prefix: '/events', routes: opnfvRoutes(deps, '/') });
