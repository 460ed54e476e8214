/**
 * Every sample in `samples/`, sent as its monitor sends it: the answer, and the conditions that it
 * leaves.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alertSample } from './alert-samples.ts';
import { basic, bearer, monitorsWorld } from './monitors-world.ts';

/** A sample, and what it leads to. */
type Row = {
  readonly sample: string;
  /** The method and the path with its query, or the queue of reports. */
  readonly to: string;
  readonly headers?: Record<string, string>;
  /** Samples that were sent to the same place before. */
  readonly after?: readonly string[];
  /** 200, unless it is given. */
  readonly status?: number;
  /** The outcome of each item, in the order of the body. */
  readonly outcomes?: readonly string[];
  /** What the answer of a surface without outcomes contains. */
  readonly body?: object;
  /** All conditions afterwards, as `source target effect state`. */
  readonly conditions: readonly string[];
  /** The hosts that are down afterwards. */
  readonly down: readonly string[];
};

const webhook = 'POST /doctor/v1/alertmanager';
const push = 'POST /doctor/v1/prometheus/api/v2/alerts';
const collectd = { to: 'POST /doctor/v1/am/api/v2/alerts', headers: basic } as const;
const ha = 'POST /instance-ha/v1/notifications';
const zabbix = { to: 'POST /doctor/v1/inspector/events?source=zabbix', headers: bearer } as const;

const alert = (host: string, state = 'raised') => `alertmanager ${host} host_down ${state}`;
const bothFire = [alert('node-a'), alert('node-b')];

const rows: readonly Row[] = [
  ...[undefined, basic, bearer].map((headers) => ({
    sample: 'alertmanager-firing-group',
    to: webhook,
    ...(headers && { headers }),
    outcomes: ['raised', 'raised'],
    conditions: bothFire,
    down: ['node-a', 'node-b'],
  })),
  {
    sample: 'alertmanager-partly-resolved',
    to: webhook,
    after: ['alertmanager-firing-group'],
    outcomes: ['cleared', 'renewed'],
    conditions: [alert('node-a', 'cleared'), alert('node-b')],
    down: ['node-b'],
  },
  {
    sample: 'alertmanager-resolved',
    to: webhook,
    after: ['alertmanager-firing-group', 'alertmanager-partly-resolved'],
    outcomes: ['cleared'],
    conditions: [alert('node-a', 'cleared'), alert('node-b', 'cleared')],
    down: [],
  },
  {
    sample: 'alertmanager-0.33-some-resolved',
    to: webhook,
    outcomes: ['ignored', 'raised'],
    conditions: [alert('node-b')],
    down: ['node-b'],
  },
  {
    // If Prometheus stopped, the end of its alerts does not end faults, and here no fault was
    // raised.
    sample: 'alertmanager-prometheus-died',
    to: webhook,
    after: ['alertmanager-firing-group'],
    outcomes: ['ignored', 'ignored'],
    conditions: bothFire,
    down: ['node-a', 'node-b'],
  },
  {
    // The receiver has another name, so these are not the alerts of the group before. Three were cut off.
    sample: 'alertmanager-truncated',
    to: webhook,
    after: ['alertmanager-firing-group'],
    outcomes: ['ignored', 'ignored', 'unmatched'],
    conditions: bothFire,
    down: ['node-a', 'node-b'],
  },
  {
    sample: 'prometheus-firing',
    to: push,
    headers: basic,
    outcomes: ['raised'],
    conditions: ['prometheus node-a host_down raised'],
    down: ['node-a'],
  },
  {
    sample: 'prometheus-resolved',
    to: push,
    headers: basic,
    after: ['prometheus-firing'],
    outcomes: ['cleared'],
    conditions: ['prometheus node-a host_down cleared'],
    down: [],
  },
  {
    sample: 'collectd-failure',
    ...collectd,
    outcomes: ['raised'],
    conditions: ['prometheus node-a host_down raised'],
    down: ['node-a'],
  },
  {
    sample: 'collectd-okay',
    ...collectd,
    after: ['collectd-failure'],
    outcomes: ['cleared'],
    conditions: ['prometheus node-a host_down cleared'],
    down: [],
  },
  {
    sample: 'collectd-metrics',
    ...collectd,
    outcomes: ['unmatched'],
    conditions: [],
    down: [],
  },
  {
    sample: 'consul-critical',
    to: 'POST /doctor/v1/consul',
    headers: bearer,
    outcomes: ['raised'],
    conditions: ['consul compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    sample: 'redfish-platform-error',
    to: 'POST /doctor/v1/redfish/compute-1',
    headers: basic,
    outcomes: ['raised'],
    conditions: ['redfish/compute-1 compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    sample: 'redfish-platform-error',
    to: 'POST /doctor/v1/redfish',
    headers: basic,
    outcomes: ['raised'],
    conditions: ['redfish compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    sample: 'masakari-host-stopped',
    to: ha,
    status: 202,
    body: {
      notification: {
        type: 'COMPUTE_HOST',
        status: 'finished',
        source_host_uuid: '00000000-0000-4000-8000-000000000040',
        generated_time: '2026-11-20T08:15:30.153000',
        payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
      },
    },
    conditions: ['masakari compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    // Every monitor of a cluster reports the same host: the second one gets 409, which ends its attempts.
    sample: 'masakari-host-stopped',
    to: ha,
    after: ['masakari-host-stopped'],
    status: 409,
    body: { conflictingRequest: { code: 409 } },
    conditions: ['masakari compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    // Its servers were stopped, so an administrator has to end it.
    sample: 'masakari-host-started',
    to: ha,
    after: ['masakari-host-stopped'],
    status: 202,
    body: { notification: { type: 'COMPUTE_HOST', status: 'finished' } },
    conditions: ['masakari compute-1 host_down cleared'],
    down: ['compute-1'],
  },
  {
    sample: 'masakari-process',
    to: ha,
    status: 202,
    body: { notification: { type: 'PROCESS', status: 'finished' } },
    conditions: ['masakari compute-1 host_unreachable raised'],
    down: ['compute-1'],
  },
  {
    sample: 'masakari-vm',
    to: ha,
    status: 202,
    body: { notification: { type: 'VM', status: 'finished' } },
    conditions: ['masakari 00000000-0000-4000-8000-000000000010 server_error raised'],
    down: [],
  },
  ...['PUT /events', 'POST /doctor/v1/inspector/events'].flatMap((to) => [
    {
      sample: 'opnfv-list',
      to,
      outcomes: ['raised'],
      conditions: ['opnfv compute-1 host_down raised'],
      down: ['compute-1'],
    },
    {
      sample: 'opnfv-event',
      to,
      outcomes: ['raised'],
      conditions: ['opnfv compute-1 host_down raised'],
      down: ['compute-1'],
    },
    {
      sample: 'opnfv-events',
      to,
      outcomes: ['raised', 'cleared'],
      conditions: ['opnfv compute-1 host_down cleared'],
      down: [],
    },
  ]),
  {
    sample: 'zabbix-problem',
    ...zabbix,
    outcomes: ['raised'],
    conditions: ['zabbix compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    sample: 'zabbix-acknowledged',
    ...zabbix,
    after: ['zabbix-problem'],
    outcomes: ['renewed'],
    conditions: ['zabbix compute-1 host_down raised'],
    down: ['compute-1'],
  },
  {
    sample: 'zabbix-recovery',
    ...zabbix,
    after: ['zabbix-problem', 'zabbix-acknowledged'],
    outcomes: ['cleared'],
    conditions: ['zabbix compute-1 host_down cleared'],
    down: [],
  },
  ...['cloudwatch-alarm', 'sns-cloudwatch-alarm'].map((sample) => ({
    sample,
    to: 'queue',
    conditions: ['cloudwatch compute-1 host_down raised'],
    down: ['compute-1'],
  })),
  ...['opnfv-list', 'opnfv-event'].map((sample) => ({
    sample,
    to: 'queue',
    conditions: ['opnfv compute-1 host_down raised'],
    down: ['compute-1'],
  })),
];

test.each(rows)('$sample to $to after $after', async (row) => {
  const { sample, to, headers, after = [], status = 200, outcomes, body } = row;
  const world = monitorsWorld();
  const [method = '', url = ''] = to.split(' ');
  const send = (name: string) => world.send(method, url, alertSample(name), headers);
  if (to === 'queue') {
    expect(await world.take(alertSample(sample))).toEqual([]);
    expect(world.refused).toEqual([]);
  } else {
    for (const name of after) await send(name);
    const answer = await send(sample);
    expect(answer.status).toBe(status);
    if (outcomes) expect(answer.body).toMatchObject({ items: outcomes.map(outcomeOf) });
    if (body) expect(answer.body).toMatchObject(body);
  }
  expect(world.shown()).toEqual(row.conditions);
  expect(world.downHosts()).toEqual(row.down);
});

const outcomeOf = (outcome: string) => ({ outcome });

test('every sample is sent; those of scripts in samples-of-scripts.test.ts', () => {
  const files = readdirSync(join(import.meta.dirname, 'samples'))
    .map((file) => file.replace(/\.json$/, ''))
    .filter((name) => !name.startsWith('script-'));
  expect([...new Set(rows.map(({ sample }) => sample))].sort()).toEqual(files.sort());
});
