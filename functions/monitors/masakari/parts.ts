/** The surface `/instance-ha` on what the function of monitors has: its source is `masakari`. */
import type { Surface } from '../../../adapters/http/surface.ts';
import { orUnavailable, type ReportDeps, sourceFor } from '../report-route.ts';
import type { InstanceHaDeps, InstanceHaRouteDeps } from './handler.ts';
import { mostNotificationsRead } from './notification-list.ts';

/** The stores that only this surface needs. */
export type MasakariParts = Pick<
  InstanceHaRouteDeps,
  'allHosts' | 'host' | 'keepNotification' | 'newId' | 'notification' | 'zones'
> & {
  /** The newest notifications, at most `most`. */
  readonly notifications: (most: number) => ReturnType<InstanceHaRouteDeps['notifications']>;
};

type Shared = ReportDeps &
  Pick<Surface, 'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'>;

/** What the surface needs. A report that cannot be stored is a 503, as at all routes of monitors. */
export const masakari = (parts: MasakariParts & Shared): InstanceHaDeps => ({
  ...parts,
  requireReporter: (caller) =>
    orUnavailable(parts, async () => {
      await sourceFor(parts, 'masakari', caller);
    }),
  observe: (observation, by) =>
    orUnavailable(parts, async () => {
      const source = await sourceFor(parts, 'masakari', by.reporter);
      const items = [{ kind: 'observation', observation }] as const;
      const [outcome] = await parts.reportConditions({ source, ...by, items });
      return outcome?.outcome ?? 'unmatched';
    }),
  keepNotification: (notification) =>
    orUnavailable(parts, () => parts.keepNotification(notification)),
  notifications: () => parts.notifications(mostNotificationsRead),
});
