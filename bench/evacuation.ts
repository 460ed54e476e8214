import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { inParallel } from '../adapters/in-parallel.ts';
import { runCommandLine } from '../cli/run.ts';
import { readAccount } from '../scripts/stack/accounts.ts';
import type { Bed } from './bed.ts';
import type { Figure } from './figures.ts';

/** Requests in flight while the host is filled. */
const width = 4;
const targets = 10;

const Evacuated = z.array(
  z.object({ id: z.string(), status: z.string(), host: z.string().nullable() }),
);

/** A host of many servers that is down, evacuated by `doctor host-evacuate`, each to the emptiest host. */
export async function evacuation(bed: Bed, servers: number): Promise<Figure[]> {
  const { admin } = bed;
  const source = `bench-${randomUUID().slice(0, 8)}`;
  const names = Array.from({ length: targets }, (_, n) => `${source}-to-${n}`);
  for (const name of [source, ...names]) {
    await admin.expect('PUT', `/doctor/v1/hosts/${name}`, { body: {} });
  }
  const uuids = Array.from({ length: servers }, () => randomUUID());
  await inParallel(uuids, width, (uuid) =>
    admin.expect('PUT', `/doctor/v1/servers/${uuid}`, {
      body: { name: uuid, host: source, project_id: admin.projectId, vm_state: 'active' },
    }),
  );
  const down = { host: { host_down_reported: true } };
  await admin.expect('PUT', `/compute/v2.1/os-hosts/${source}`, { body: down });
  await bed.queues.allQuiet();

  const { username, password, project } = readAccount('admin');
  const env = {
    OS_AUTH_URL: `${bed.apiUrl}/identity`,
    OS_USERNAME: username,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: project,
  };
  let printed = '';
  const begun = Date.now();
  const status = await runCommandLine(['host-evacuate', source, '--format', 'json'], env, {
    out: (text) => {
      printed += text;
    },
    err: (text) => process.stderr.write(`  ${text}`),
    terminal: false,
  });
  const tookMs = Date.now() - begun;
  const moved = Evacuated.parse(JSON.parse(printed)).filter(
    (each) => each.status === 'done' && each.host !== source,
  );
  const loads = [...Map.groupBy(moved, ({ host }) => host).values()].map(({ length }) => length);
  await bed.queues.allQuiet();
  const scenario = `evacuation of ${servers} servers`;
  return [
    { scenario, figure: 'all are moved', value: tookMs / 1_000, unit: 's' },
    { scenario, figure: 'a server, on average', value: tookMs / servers, unit: 'ms' },
    { scenario, figure: 'not moved', value: servers - moved.length, unit: 'count', target: 0 },
    { scenario, figure: 'exit status', value: status, unit: 'count', target: 0 },
    { scenario, figure: 'most on one target', value: Math.max(0, ...loads), unit: 'count' },
  ];
}
