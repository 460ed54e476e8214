/** The surfaces with the routes of their handlers. */
import * as z from 'zod';
import { allRoutes } from '../../adapters/http/route-loading.ts';
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

/** What each function serves, with the routes that it loads at its start. */
export const served = {
  doctor: doctorRoutes(uncalled()),
  monitors: monitorRoutes(uncalled()),
  operations: operationsRoutes(uncalled()),
  preview: previewSurfaceRoutes(uncalled()),
  inspector: inspectorRoutes(uncalled()),
  instanceHa: instanceHaRoutes(uncalled()),
  identity: identityRoutes(uncalled()),
  alarming: alarmingRoutes(uncalled()),
  compute: computeRoutes(uncalled()),
  network: networkSurfaceRoutes(uncalled()),
  image: imageSurfaceRoutes,
} satisfies Record<string, SurfaceRoutes>;

/** A surface with all its routes. */
const whole = async (surface: SurfaceRoutes): Promise<SurfaceRoutes> => ({
  ...surface,
  routes: await allRoutes(surface),
});

const { doctor, monitors, operations, preview, ...others } = served;

/** Every surface, in the order of the reference. The first is served by several functions. */
export const surfaces: readonly SurfaceRoutes[] = [
  {
    ...doctor,
    publicRoutes: [...(doctor.publicRoutes ?? []), ...(operations.publicRoutes ?? [])],
    routes: (await Promise.all([doctor, monitors, operations, preview].map(allRoutes))).flat(),
  },
  ...(await Promise.all(Object.values(others).map(whole))),
];
