/** `/doctor/v1/cloud`: how well Doctor mirrors the cloud beside it, and walks on request. Role `admin`. */
import * as z from 'zod';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { may } from '../../domain/identity/access.ts';
import type { CloudJob, CloudJobName, Walk, WalkRequest } from '../../domain/mirror/cloud-job.ts';
import { walkWarnings } from '../../domain/mirror/walk-warnings.ts';

/** The dependencies of the routes; undefined without the setting `cloud`. */
export type CloudDeps = {
  readonly cloud:
    | {
        readonly cloudJob: (id: CloudJobName) => Promise<CloudJob>;
        /** Begins a walk, unless a requested one that does the same is under way. */
        readonly requestWalk: (walk: WalkRequest) => Promise<Walk>;
      }
    | undefined;
  readonly now: () => string;
};

/** The body that asks for a walk. */
const WalkBody = z
  .strictObject({
    dry_run: z.boolean().default(false),
    allow_deletions: z.boolean().default(false),
  })
  .prefault({});

/** The routes. */
export const cloudRoutes = ({ cloud, now }: CloudDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/cloud',
    roles: may.administrateCloud,
    query: ignored,
    body: ignored,
    handle: async () => {
      const { cloudJob } = configured(cloud);
      const [services, changes, walk, returned] = await Promise.all([
        ...[cloudJob('services'), cloudJob('changes'), cloudJob('walk'), cloudJob('returned')],
      ] as const);
      const jobs = { services, changes, walk, returned };
      return { status: 200, body: { cloud: cloudView(jobs, now()) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/cloud/walks',
    roles: may.administrateCloud,
    query: ignored,
    body: WalkBody,
    handle: async ({ body }) => {
      const walk = await configured(cloud).requestWalk(body);
      return { status: 202, body: { walk: walkView(walk) } };
    },
  }),
];

function configured<Cloud>(cloud: Cloud | undefined): Cloud {
  if (cloud) return cloud;
  throw new DomainError('not_found', 'Doctor stands beside no cloud: the setting cloud is empty.');
}

const lagOf = (moment: string | null, now: string): number | null =>
  moment === null ? null : Math.max(0, Math.round((Date.parse(now) - Date.parse(moment)) / 1000));

/** The older of two ages; null if one of them is not known. */
const older = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b);

type Jobs = Readonly<Record<CloudJobName, CloudJob>>;

/** What administrators see of the jobs. A lag is the age in seconds of what is known; null: nothing yet. */
function cloudView({ services, changes, walk, returned }: Jobs, now: string) {
  const [hosts, servers] = [lagOf(services.succeeded_at, now), lagOf(changes.succeeded_at, now)];
  return {
    lag_seconds: older(hosts, servers),
    services: jobView(services, now),
    changes: jobView(changes, now),
    walks: jobView(walk, now),
    returned_hosts: { ...jobView(returned, now), waiting: returned.returned.length },
    walk: walk.walk && walkView(walk.walk),
  };
}

const jobView = ({ succeeded_at, failures, last_error, not_before }: CloudJob, now: string) => ({
  succeeded_at,
  lag_seconds: lagOf(succeeded_at, now),
  failures,
  last_error,
  next_try_at: not_before !== null && not_before > now ? not_before : null,
});

/** A walk. `phase` is what is read now: `hosts`, `servers`, `ports`, or `done`. */
const walkView = (walk: Walk) => ({
  walk_id: walk.walk_id,
  requested: walk.requested,
  dry_run: walk.dry_run,
  allow_deletions: walk.allow_deletions,
  phase: walk.phase,
  started_at: walk.started_at,
  ended_at: walk.ended_at,
  counts: walk.counts,
  differences: walk.differences,
  warnings: walkWarnings(walk),
});
