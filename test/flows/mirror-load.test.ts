/**
 * Hundreds of hosts that are up again at once, during a walk: how the jobs of the mirror affect
 * each other. The queue and its processes are simulated on a clock of the test; each request to the
 * cloud takes 400 ms.
 */
import { afterEach, expect, test, vi } from 'vitest';
import { callShares } from '../../domain/cloud/call-shares.ts';
import { type CloudJobName, turnsOfMinute } from '../../domain/mirror/cloud-job.ts';
import type { CloudReader, CloudServerPage } from '../../flows/cloud-reader.ts';
import { type MirrorCloudDeps, runJob } from '../../flows/mirror-cloud.ts';
import { noteReturnedHost } from '../../flows/read-returned-hosts.ts';
import { requestWalk } from '../../flows/request-walk.ts';
import { mirrorConcurrency } from '../../infra/messaging.ts';
import { id } from '../domain/rows.ts';
import { mirrorWorld } from './mirror-world.ts';

const hosts = Array.from({ length: 300 }, (_, n) => `compute-${n}`);
const requestMs = 400;
/** Pages of servers of the walk: more than two minutes of work, one after the other. */
const walkPages = 1_000;

afterEach(() => void vi.useRealTimers());

const services = hosts.map((host) => ({ host, zone: 'nova', forced_down: false }));
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const now = () => new Date().toISOString();

/**
 * The lists of a cloud whose hosts have no servers. It counts its requests and how many are in
 * flight.
 */
function slowCloud() {
  const seen = { inFlight: 0, most: 0, services: 0, changes: 0, walk: 0, hosts: [] as string[] };
  const page = (next: string | null): CloudServerPage => ({
    items: [],
    ended: [],
    unreadable: [],
    next,
    read_at: now(),
  });
  const answered = async <T>(answer: T): Promise<T> => {
    seen.inFlight += 1;
    seen.most = Math.max(seen.most, seen.inFlight);
    await pause(requestMs);
    seen.inFlight -= 1;
    return answer;
  };
  const reader: CloudReader = {
    services: () => {
      seen.services += 1;
      return answered(services);
    },
    hypervisors: () => answered([]),
    serverPage: ({ marker, since, host }) => {
      if (host !== undefined) seen.hosts.push(host);
      else if (since !== undefined) seen.changes += 1;
      else seen.walk += 1;
      const pages = host === undefined && since === undefined ? walkPages : 1;
      const number = Number(marker ?? 0) + 1;
      return answered(page(number < pages ? String(number) : null));
    },
    portPage: () => answered({ items: [], unreadable: [], next: null, read_at: now() }),
    hasServer: () => answered(true),
    hasPort: () => answered(true),
    macsOfServer: () => answered(new Set<string>()),
  };
  return { seen, reader };
}

type Message = { readonly at: number; readonly of: CloudJobName | { readonly host: string } };

/** Two minutes of the queue. */
async function twoMinutes(returnedAtOnce: number) {
  const world = await mirrorWorld([]);
  await world.cloud.stop();
  vi.useFakeTimers({
    now: Date.parse('2026-02-01T00:00:00.000Z'),
    toFake: ['Date', 'setTimeout'],
  });
  const { seen, reader } = slowCloud();
  const queue: Message[] = [];
  const begun: { readonly job: string; readonly lateMs: number }[] = [];
  const deps: MirrorCloudDeps = {
    ...world.deps,
    now,
    cloud: reader,
    returnedAtOnce,
    newId: () => id(1),
    sendJob: async (of, seconds = 0) => {
      queue.push({ of, at: Date.now() + seconds * 1000 });
    },
  };
  await runJob({ ...deps, cloud: { ...reader, services: async () => services } }, 'services');
  for (const minute of [0, 1]) {
    for (const { message } of turnsOfMinute(now())) {
      queue.push({ of: message.job, at: Date.parse(message.due_at) + minute * 60_000 });
    }
  }
  await requestWalk(deps, { dry_run: false, allow_deletions: false });
  for (const host of hosts) queue.push({ of: { host }, at: Date.now() - 1 });

  const end = Date.now() + 120_000;
  const take = async ({ of, at }: Message) => {
    begun.push({ job: typeof of === 'string' ? of : 'host', lateMs: Date.now() - at });
    // Reads and writes of rows take some milliseconds.
    await pause(20);
    if (typeof of !== 'string') await noteReturnedHost(deps, of.host);
    await runJob(deps, typeof of === 'string' ? of : 'returned');
  };
  const process = async () => {
    while (Date.now() < end) {
      const due = queue.filter(({ at }) => at <= Date.now()).toSorted((a, b) => a.at - b.at);
      const [next] = due;
      if (next) queue.splice(queue.indexOf(next), 1);
      await (next ? take(next) : pause(500));
    }
  };
  const all = Promise.all(Array.from({ length: mirrorConcurrency }, process));
  await vi.advanceTimersByTimeAsync(180_000);
  await all;
  return { seen, begun, waiting: world.jobs.get('returned')?.returned };
}

test.each([14, 18])(
  'with %i calls of all functions in flight at most, 300 hosts are read once each, the walk goes on, and no look at services is late',
  async (limit) => {
    const { returned } = callShares(limit);
    const { seen, begun, waiting } = await twoMinutes(returned);
    expect([returned + 2, returned + 3]).toContain(seen.most);
    expect(seen.hosts.toSorted()).toEqual(hosts.toSorted());
    expect(waiting).toEqual([]);
    // The walk has a request in flight nearly all the time: two minutes have room for 300.
    expect(seen.walk).toBeGreaterThan(240);
    const looks = begun.filter(({ job }) => job === 'services');
    expect(looks).toHaveLength(12);
    // The walk reads them once too.
    expect(seen.services).toBe(13);
    expect(seen.changes).toBe(4);
    for (const job of ['services', 'changes']) {
      const late = begun.filter((each) => each.job === job).map(({ lateMs }) => lateMs);
      expect(Math.max(...late)).toBeLessThan(5_000);
    }
  },
);
