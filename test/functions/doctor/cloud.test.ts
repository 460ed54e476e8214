/** `/doctor/v1/cloud`: the state of the mirror for administrators, and walks on request. */
import { expect, test } from 'vitest';
import {
  type CloudJob,
  type CloudJobName,
  newJob,
  newWalk,
} from '../../../domain/mirror/cloud-job.ts';
import { minute } from '../../domain/rows.ts';
import { worldOf } from '../../flows/world.ts';
import { doctorOf } from './surface.ts';

function surface(rows: readonly CloudJob[] = []) {
  const jobs = new Map(rows.map((row) => [row.id, row]));
  const queued: CloudJobName[] = [];
  const cloudMirror = {
    cloudJob: async (id: CloudJobName) => jobs.get(id) ?? newJob(id),
    saveCloudJob: async (job: CloudJob) => Boolean(jobs.set(job.id, job)),
    sendJob: async (job: CloudJobName) => {
      queued.push(job);
    },
  };
  return { jobs, queued, ask: doctorOf(worldOf(), { cloudMirror }).ask };
}

const walk = newWalk({
  ...{ walk_id: 'w1', requested: false, started_at: minute(5) },
  ...{ dry_run: false, allow_deletions: false },
});

test('shows ages, the walk and errors; null before anything is known', async () => {
  const { ask } = surface();
  expect((await ask('GET', 'cloud', {}, 'admin')).body).toMatchObject({
    cloud: { lag_seconds: null, services: { failures: 0, last_error: null }, walk: null },
  });
  const last_error = { at: minute(19), message: 'no answer' };
  const failing = { failures: 2, last_error, not_before: minute(21) };
  const waiting = { host: 'compute-1', attempts: 1, due_at: minute(21), marker: null };
  const { ask: later } = surface([
    { ...newJob('services'), succeeded_at: minute(19) },
    { ...newJob('changes'), succeeded_at: minute(18), ...failing },
    { ...newJob('walk'), walk },
    { ...newJob('returned'), returned: [waiting] },
  ]);
  const { status, body } = await later('GET', 'cloud', {}, 'admin');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    cloud: {
      lag_seconds: 120,
      services: { lag_seconds: 60, next_try_at: null },
      changes: { failures: 2, last_error, next_try_at: minute(21) },
      walk: { walk_id: 'w1', phase: 'hosts', dry_run: false, differences: [] },
      returned_hosts: { waiting: 1, failures: 0, lag_seconds: null },
    },
  });
});

test('a request begins a walk in place of one of the schedule, and joins a requested one', async () => {
  const { ask, jobs, queued } = surface([{ ...newJob('walk'), walk, leased_until: minute(30) }]);
  const first = await ask('POST', 'cloud/walks', { body: { dry_run: true } }, 'admin');
  expect(first).toMatchObject({ status: 202, body: { walk: { requested: true, dry_run: true } } });
  expect(jobs.get('walk')).toMatchObject({ leased_until: null, walk: { phase: 'hosts' } });
  const second = await ask('POST', 'cloud/walks', { body: { dry_run: true } }, 'admin');
  expect(second.body).toEqual(first.body);
  expect(queued).toEqual(['walk', 'walk']);
  expect((await ask('POST', 'cloud/walks', {}, 'admin')).body).not.toEqual(first.body);
  const allowed = await ask('POST', 'cloud/walks', { body: { allow_deletions: true } }, 'admin');
  expect(allowed.body).toMatchObject({ walk: { dry_run: false, allow_deletions: true } });
});

test('warns of what the last walk kept', async () => {
  const counts = { ...walk.counts, servers: { ...walk.counts.servers, held: 12 } };
  const { ask } = surface([{ ...newJob('walk'), walk: { ...walk, counts, hidden: 3 } }]);
  const { body } = await ask('GET', 'cloud', {}, 'admin');
  expect(body).toMatchObject({
    cloud: {
      walk: {
        warnings: [
          expect.stringMatching(/^12 servers that the cloud does not show were kept/),
          expect.stringMatching(/^Neutron hides 3 ports/),
        ],
      },
    },
  });
});

test.each([
  ['a word that is not known', { dryrun: true }],
  ['a flag that is none', { dry_run: 'yes' }],
  ['another flag that is none', { allow_deletions: 1 }],
])('%s is refused, and begins nothing', async (_, body) => {
  const { ask, queued } = surface();
  expect((await ask('POST', 'cloud/walks', { body }, 'admin')).status).toBe(400);
  expect(queued).toEqual([]);
});

test.each(['service', 'monitor', 'member'])('the role %s may do neither', async (role) => {
  const { ask } = surface();
  expect((await ask('GET', 'cloud', {}, role)).status).toBe(403);
  expect((await ask('POST', 'cloud/walks', {}, role)).status).toBe(403);
});

test('without the setting cloud both say so', async () => {
  const { ask } = doctorOf(worldOf());
  for (const [method, path] of [
    ['GET', 'cloud'],
    ['POST', 'cloud/walks'],
  ] as const) {
    const { status, body } = await ask(method, path, {}, 'admin');
    expect([status, JSON.stringify(body)]).toEqual([404, expect.stringMatching(/setting cloud/)]);
  }
});
