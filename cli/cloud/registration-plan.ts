/** Plans the changes of a Keystone's catalogue after which it lists Doctor's services. */
import * as z from 'zod';

/** A service of Keystone's catalogue. */
export const CatalogService = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string().default(''),
  enabled: z.boolean().default(true),
});
export type CatalogService = z.infer<typeof CatalogService>;

/** An endpoint of Keystone's catalogue. */
export const CatalogEndpoint = z.object({
  id: z.string(),
  service_id: z.string(),
  interface: z.string(),
  region_id: z.string().nullish(),
  url: z.string(),
  enabled: z.boolean().default(true),
});
export type CatalogEndpoint = z.infer<typeof CatalogEndpoint>;

/** Doctor's services in the cloud's catalogue; `path` is below the address of the API. */
const services = [
  { type: 'alarming', name: 'doctor-alarming', path: '/alarming' },
  { type: 'fault-management', name: 'doctor', path: '/doctor/v1' },
  { type: 'instance-ha', name: 'doctor-instance-ha', path: '/instance-ha/v1' },
] as const;

const interfaces = ['public', 'internal', 'admin'] as const;

/** One service, or one endpoint of it, and whether it has to be created or changed. */
export type PlannedChange = {
  readonly action: 'create' | 'change' | 'keep';
  readonly type: string;
  readonly name: string;
  /** The id of the existing service or endpoint. */
  readonly id: string | undefined;
  /** Absent for the service itself. */
  readonly endpoint?: { readonly interface: string; readonly region: string; readonly url: string };
};

type Planning = {
  /** All services and endpoints of the catalogue. */
  readonly services: readonly CatalogService[];
  readonly endpoints: readonly CatalogEndpoint[];
  /** The address of Doctor's API, without a slash at its end. */
  readonly url: string;
  readonly region: string;
};

/**
 * The changes, each service before its endpoints. Entries that are correct are kept, so a second
 * execution changes nothing. Endpoints of other regions and services of other names are not
 * touched.
 */
export const registrationPlan = (planning: Planning): PlannedChange[] =>
  services.flatMap(({ type, name, path }) => {
    const found = planning.services.find((each) => each.type === type && each.name === name);
    const service: PlannedChange = { action: actionOf(found, true), type, name, id: found?.id };
    const url = `${planning.url}${path}`;
    return [
      service,
      ...interfaces.map((face): PlannedChange => {
        const there = planning.endpoints.find(
          (each) =>
            each.service_id === found?.id &&
            each.interface === face &&
            each.region_id === planning.region,
        );
        const endpoint = { interface: face, region: planning.region, url };
        return { action: actionOf(there, there?.url === url), type, name, id: there?.id, endpoint };
      }),
    ];
  });

const actionOf = (
  found: { readonly enabled: boolean } | undefined,
  right: boolean,
): PlannedChange['action'] => (found ? (right && found.enabled ? 'keep' : 'change') : 'create');

/**
 * The services of other programs that have the type of one of Doctor's. Clients choose a service by
 * its type, so they could reach the wrong one.
 */
export const rivalsOf = (found: readonly CatalogService[]): CatalogService[] =>
  found.filter(({ type, name }) =>
    services.some((ours) => ours.type === type && ours.name !== name),
  );
