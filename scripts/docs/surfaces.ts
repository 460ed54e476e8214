/** The surfaces with the routes of their handlers. */
import * as z from 'zod';
import type { SurfaceRoutes } from '../../adapters/http/surface.ts';
import { alarmingRoutes, previewSurfaceRoutes } from '../../functions/alarming/handler.ts';
import { computeRoutes } from '../../functions/compute/handler.ts';
import { imageSurfaceRoutes } from '../../functions/compute/images.ts';
import { doctorRoutes } from '../../functions/doctor/handler.ts';
import { identityRoutes } from '../../functions/identity/handler.ts';
import { inspectorRoutes, monitorRoutes } from '../../functions/monitors/handler.ts';
import { instanceHaRoutes } from '../../functions/monitors/masakari/handler.ts';
import { networkSurfaceRoutes } from '../../functions/network/handler.ts';
import { operationsRoutes } from '../../functions/operations/handler.ts';

/** Dependencies that are never called: the routes are only listed here. */
const uncalled = <Deps>(): Deps => z.custom<Deps>().parse({});

const doctor = doctorRoutes(uncalled());
const operations = operationsRoutes(uncalled());

/** Every surface, in the order of the reference. */
export const surfaces: readonly SurfaceRoutes[] = [
  {
    ...doctor,
    publicRoutes: [...(doctor.publicRoutes ?? []), ...(operations.publicRoutes ?? [])],
    routes: [
      ...doctor.routes,
      ...monitorRoutes(uncalled()).routes,
      ...operations.routes,
      ...previewSurfaceRoutes(uncalled()).routes,
    ],
  },
  inspectorRoutes(uncalled()),
  instanceHaRoutes(uncalled()),
  identityRoutes(uncalled()),
  alarmingRoutes(uncalled()),
  computeRoutes(uncalled()),
  networkSurfaceRoutes(uncalled()),
  imageSurfaceRoutes,
];
