import type { Bed } from './bed.ts';
import { type Figure, percentile, spread } from './figures.ts';
import type { Fleet } from './fleet.ts';
import { timesOf } from './one-instance.ts';

/** The source of this scenario. Its hosts count as fenced, like those of `one`. */
const source = 'alertmanager/bench';

/** The largest allowed ratio of the median to that of `one`. */
const longerThanOne = 1.1;

/** What Alertmanager sends about one host whose exporter does not answer. */
const webhook = (host: string, status: 'firing' | 'resolved') => ({
  version: '4',
  receiver: 'doctor',
  status,
  groupKey: `{}:{host="${host}"}`,
  truncatedAlerts: 0,
  alerts: [
    {
      status,
      labels: { alertname: 'HostDown', instance: `${host}:9100`, severity: 'critical' },
      annotations: { summary: `${host} does not answer` },
      startsAt: new Date().toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: Buffer.from(host).toString('hex').slice(-16),
    },
  ],
});

/** The same fleet, whose faults are reported by Alertmanager's webhook. */
function byAlertmanager({ admin }: Bed, fleet: Fleet): Fleet {
  const post = (status: 'firing' | 'resolved') =>
    admin.expect('POST', '/doctor/v1/alertmanager?source=bench', {
      body: webhook(fleet.host, status),
    });
  return {
    ...fleet,
    reportDown: async () => {
      await post('firing');
    },
    restore: async () => {
      await post('resolved');
      await fleet.restore();
    },
  };
}

/**
 * The number of parts into which the runs are divided. The two kinds take turns, because the
 * machine's other load changes.
 */
const parts = 2;

/**
 * One host with one instance and one alarm, reported by Alertmanager's webhook, and by `os-services` in
 * the same run: the median of the first may be 10 % longer than that of the second.
 */
export async function alertmanager(bed: Bed, runs: number): Promise<Figure[]> {
  const { admin } = bed;
  const path = `/doctor/v1/sources/${source}`;
  await admin.expect('PUT', path, { body: { clear: 'auto', fenced: true } });
  const byWebhook = async (size: number) => byAlertmanager(bed, await bed.fleetOf(size));
  const one: number[] = [];
  const alerts: number[] = [];
  const each = Math.ceil(runs / parts);
  for (let part = 0; part < parts; part += 1) {
    one.push(...(await timesOf(bed, { runs: each, fleetOf: bed.fleetOf })));
    alerts.push(...(await timesOf(bed, { runs: each, fleetOf: byWebhook })));
  }
  await admin.expect('DELETE', path);
  const p50 = longerThanOne * percentile(one, 0.5);
  return [
    ...spread('alertmanager', 'os-services to notification', one),
    ...spread('alertmanager', 'webhook to notification', alerts, { p50 }),
  ];
}
