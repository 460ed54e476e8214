/** The mirror of a cloud: rows in memory, and the stand-in's Nova and Neutron behind the real reader. */
import { cloudInventory } from '../../adapters/cloud/cloud-inventory.ts';
import { readCloudSecret } from '../../adapters/cloud/cloud-secret.ts';
import { makeCloudSession } from '../../adapters/cloud/session.ts';
import type { AppliedService } from '../../domain/cloud/applied-service.ts';
import type { CloudTask } from '../../domain/cloud/cloud-task.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import { ListedHost } from '../../domain/hosts/listed-host.ts';
import { type CloudJob, type CloudJobName, newJob } from '../../domain/mirror/cloud-job.ts';
import { placeOfServer } from '../../domain/servers/server-place.ts';
import { type MirrorCloudDeps, runJob } from '../../flows/mirror-cloud.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { reportingOf } from '../../flows/reporting.ts';
import { cloudListings } from '../cloud/listings.ts';
import { standIn } from '../cloud/stand-in.ts';
import { portsWorld } from './ports-world.ts';
import { worldOf } from './world.ts';

const unused = async () => {
  throw new Error('not used here');
};

/** A cloud with these hosts, and Doctor's rows without any. `at` is Doctor's clock, in milliseconds. */
export async function mirrorWorld(hosts: readonly string[]) {
  const cloud = await standIn();
  const lists = cloudListings(cloud, hosts);
  const world = worldOf();
  const ports = portsWorld(0);
  const clock = { at: Date.parse('2026-02-01T00:00:00.000Z') };
  /** Each read of the clock is one millisecond later. */
  const now = () => new Date(clock.at++).toISOString();
  const jobs = new Map<CloudJobName, CloudJob>();
  const queued: { readonly job: CloudJobName; readonly seconds: number }[] = [];
  const tasks: CloudTask[] = [];
  const errors: unknown[] = [];
  const applied = new Map<string, AppliedService>();
  const held = new Set<string>();
  /** Doctor's open faults. */
  const faults: Fault[] = [];
  const calls = { rows: 0, hosts: 0, ports: 0, saves: 0 };
  const secret = async () => readCloudSecret(JSON.stringify(cloud.secret));
  const session = makeCloudSession({ secret, firstPauseMs: 1 });
  const holds = async (holds_id: string) => ({
    ...{ holds_id, revision: 0, applied: 0, version: 0 },
    holders: held.has(holds_id)
      ? [{ condition_id: 'c', source: 's', fenced: false, cleared: false }]
      : [],
  });
  const reporting = reportingOf({
    ...ports.deps,
    ...world.deps,
    holds,
    holdsOf: async (ids) => Promise.all(ids.map(holds)),
    ...{ saveHolds: unused, markApplied: unused, saveDataPlane: unused },
    portIds: async function* () {},
  });
  const deps: MirrorCloudDeps = {
    ...ports.deps,
    ...world.deps,
    holds,
    instances: async (uuids) => {
      calls.rows += Math.ceil(uuids.length / 100);
      return world.deps.instances(uuids);
    },
    hosts: async (names) => {
      calls.hosts += Math.ceil(names.length / 100);
      return world.deps.hosts(names);
    },
    ports: async (ids) => {
      calls.ports += Math.ceil(ids.length / 100);
      return ports.deps.ports(ids);
    },
    allHosts: async () =>
      [...world.hosts.values()].filter(({ deleted }) => !deleted).map((h) => ListedHost.parse(h)),
    listed: async function* (_, { after }) {
      const places = [...world.instances.values()]
        .filter(({ deleted }) => !deleted)
        .map(placeOfServer);
      yield places
        .toSorted()
        .reverse()
        .filter((place) => after === undefined || place < after);
    },
    portIds: async function* (_, { after }) {
      const ids = [...ports.rows.values()].filter(({ deleted }) => !deleted).map(({ id }) => id);
      yield ids.toSorted().filter((id) => after === undefined || id > after);
    },
    openFaults: async function* () {
      yield faults;
    },
    cloud: cloudInventory(session, now),
    cloudJob: async (id) => jobs.get(id) ?? newJob(id),
    saveCloudJob: async (job) => {
      calls.saves += 1;
      if ((jobs.get(job.id)?.version ?? 0) !== job.version - 1) return false;
      jobs.set(job.id, structuredClone(job));
      return true;
    },
    sendJob: async (job, seconds = 0) => {
      queued.push({ job, seconds });
    },
    sendTasks: async (given) => {
      tasks.push(...given);
    },
    appliedServices: async (names) =>
      new Map([...applied].filter(([name]) => names.includes(name))),
    sourceRow: async () => undefined,
    reportConditions: (report) => reportConditions(reporting, report),
    ...{ stopsInstances: true, walkMinutes: 60, returnedAtOnce: 1, now },
    jobFailed: (_, error) => errors.push(error),
    hostFailed: (_, error) => errors.push(error),
  };
  return {
    ...{
      cloud,
      lists,
      world,
      ports: ports.rows,
      portEvents: ports.sent,
      clock,
      jobs,
      queued,
      tasks,
    },
    ...{ errors, applied, held, faults, calls, deps },
    /** Reports the data plane of the ports of a host. */
    reportPlane: ports.report,
    /** Takes turns of a job until it has nothing more to do. @returns the last turn. */
    run: async (job: CloudJobName, given: Partial<MirrorCloudDeps> = {}) => {
      const using = { ...deps, ...given };
      let turn = await runJob(using, job);
      while (turn === 'more') turn = await runJob(using, job);
      return turn;
    },
    /** Advances Doctor's clock. */
    pass: (minutes: number) => {
      clock.at += minutes * 60_000;
    },
  };
}

export type MirrorWorld = Awaited<ReturnType<typeof mirrorWorld>>;
