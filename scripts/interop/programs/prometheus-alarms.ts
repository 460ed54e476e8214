import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { scopedQuery } from '../../../domain/alarms/scoped-query.ts';
import { prometheusUrl } from '../../stack/deploy.ts';
import { Refusal } from '../../stack/progress.ts';
import { type Daemon, eventually, startDaemon } from '../daemon.ts';
import { debianFolder } from '../debian.ts';
import { unpackPrometheus } from '../monitors/prometheus-stack.ts';
import type { Program, World } from '../program.ts';

/** Two projects. Each has a series, because Prometheus scrapes itself once for each project. */
const [ours, theirs] = ['interop-a', 'interop-b'];

/**
 * Queries that Doctor limits to the caller's project. A real Prometheus must accept the limited
 * form, and find only series of that project.
 */
const queries = [
  'up',
  'up{}',
  '{__name__="up"}',
  'up{project_id=~".*"}',
  'up{project_id!=""}',
  'up offset 1s',
  'up @ end()',
  'max_over_time(up[1m])',
  'max_over_time((up >= 0)[1m:10s])',
  'sum by (project_id) (up)',
  'up or up{project_id="interop-b"}',
  'label_replace(up, "x", "} or up{", "project_id", "(.*)")',
  'topk(5, up)',
  'up == bool 1',
  'up or vector(1)',
  'vector(1) or on() up',
  'up and on() up{project_id="interop-b"}',
  'absent(up{project_id="interop-b"})',
  'count({__name__=~".+",project_id="interop-b"}) by (project_id)',
  'up * on(instance) group_left (project_id) up',
  'label_join(up{project_id="interop-b"}, "project_id", "", "job")',
  'sum without (instance) (up @ start() offset -1s)',
  'quantile(scalar(up{project_id="interop-b"}), up)',
  'last_over_time(up{project_id=""}[1m:5s]) or up',
  'group by (project_id) ({job!=""})',
  "label_replace(up, 'x', '\\'} or up{', 'job', '(.*)')",
];

const Made = z.object({ alarm_id: z.uuid() });
const Shown = z.object({ state: z.string(), state_reason: z.string() });
const Answer = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }),
});

/** Starts Prometheus at the address that the stack queries. It scrapes itself once for each project. */
async function start(world: World, url: URL): Promise<Daemon> {
  const data = join(world.folder, 'prometheus');
  mkdirSync(data, { recursive: true });
  const target = (project: string) =>
    `      - { targets: ['${url.host}'], labels: { project_id: ${project} } }`;
  const config = join(world.folder, 'prometheus.yml');
  writeFileSync(
    config,
    [
      ...['global: { scrape_interval: 1s }', 'scrape_configs:', '  - job_name: itself'],
      ...['    static_configs:', target(ours), target(theirs), ''],
    ].join('\n'),
  );
  const daemon = startDaemon(
    join(debianFolder('prometheus'), 'usr/bin/prometheus'),
    [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${data}`],
      `--web.listen-address=${url.host}`,
    ],
    { log: world.log },
  );
  await eventually('both projects have a series', async () => (await find(url, 'up')).length === 2);
  return daemon;
}

/** The projects of the series that a query finds. */
async function find(url: URL, query: string): Promise<(string | undefined)[]> {
  const body = new URLSearchParams({ query });
  const response = await fetch(new URL('/api/v1/query', url), { method: 'POST', body });
  if (!response.ok) throw new Refusal(`Prometheus refuses ${query}: ${await response.text()}`);
  const { data } = Answer.parse(await response.json());
  return data.result.map(({ metric }) => metric.project_id);
}

/** Makes an alarm and waits until a round has taken it to a state. */
async function becomes(
  { admin }: World,
  rule: { readonly query: string; readonly threshold: number; readonly project_id?: string },
  state: string,
): Promise<string> {
  const { project_id, ...prometheus_rule } = rule;
  const { body } = await admin.expect('POST', '/alarming/v2/alarms', {
    body: {
      name: rule.query,
      type: 'prometheus',
      prometheus_rule,
      ...(project_id && { project_id }),
    },
  });
  const { alarm_id } = Made.parse(body);
  const path = `/alarming/v2/alarms/${alarm_id}`;
  const reason = await eventually(
    `${rule.query} is ${state}`,
    async () => {
      const shown = Shown.parse((await admin.expect('GET', path)).body);
      return (
        shown.state === state && shown.state_reason !== 'Not evaluated yet' && shown.state_reason
      );
    },
    // A round begins each minute, and the embedded stack checks its schedules every ten seconds.
    150_000,
  );
  await admin.expect('DELETE', path);
  return reason;
}

async function run(world: World): Promise<string> {
  const url = new URL(prometheusUrl(world.stack.endpoint));
  const daemon = await start(world, url);
  try {
    for (const query of queries) {
      const limited = scopedQuery(query, { label: 'project_id', project_id: ours });
      if (limited.kind === 'refused') throw new Refusal(`${query} is refused: it ${limited.why}`);
      const others = (await find(url, limited.query)).filter(
        (project) => project !== ours && project !== undefined,
      );
      if (others.length > 0) throw new Refusal(`${limited.query} finds series of ${others.join()}`);
    }
    const count = 'count(up{project_id=~".*"})';
    await Promise.all([
      becomes(world, { query: count, threshold: 1, project_id: ours }, 'alarm'),
      becomes(world, { query: count, threshold: 2 }, 'alarm'),
      becomes(world, { query: 'up', threshold: 0, project_id: ours }, 'ok'),
      becomes(world, { query: 'no_such_series', threshold: 0 }, 'insufficient data'),
    ]);
    return `${queries.length} queries are limited to their project; alarms are raised, ok, and without data`;
  } finally {
    await daemon.end('SIGKILL');
  }
}

/** Debian's Prometheus answers the queries of alarms of type prometheus. */
export const prometheusAlarms: Program = {
  name: 'prometheus-alarms',
  does: "Debian's Prometheus: it answers the queries of alarms, limited to their project",
  needs: "Debian's apt-get",
  instancesOnForceDown: 'stop',
  install: unpackPrometheus,
  run,
};
