/** The surfaces with their routes, as the router has them. */
import * as z from 'zod';
import { type Surface, surfaceOf } from '../../adapters/http/surface.ts';
import { alarmingApi } from '../../functions/alarming/handler.ts';
import { computeApi } from '../../functions/compute/handler.ts';
import { imageApi } from '../../functions/compute/images.ts';
import { doctorApi } from '../../functions/doctor/handler.ts';
import { identityApi } from '../../functions/identity/handler.ts';
import { networkApi } from '../../functions/network/handler.ts';

/** Dependencies that nothing calls: the routes are listed here and never run. */
const uncalled = <Deps>(): Deps => z.custom<Deps>().parse({});

function listed(handler: object): Surface {
  const surface = surfaceOf(handler);
  if (!surface) throw new Error('A handler that createSurface did not make.');
  return surface;
}

/** Every surface, in the order of the reference. */
export const surfaces: readonly Surface[] = [
  listed(doctorApi(uncalled())),
  listed(identityApi(uncalled())),
  listed(alarmingApi(uncalled())),
  listed(computeApi(uncalled())),
  listed(networkApi(uncalled())),
  listed(imageApi(uncalled())),
];
