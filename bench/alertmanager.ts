import type { Bed } from './bed.ts';
import type { Figure } from './figures.ts';
import type { Fleet } from './fleet.ts';
import { oneAtATime } from './one-instance.ts';

/** The source of this scenario: its hosts count as fenced, as those of `one` do. */
const source = 'alertmanager/bench';

/** How much longer than `one` the median may be. */
const longerThanOne = 1.1;

/** What Alertmanager sends of one host whose exporter does not answer. */
const webhook = (host: string, status: 'firing' | 'resolved') => ({
  ...{ version: '4', receiver: 'doctor', status, groupKey: `{}:{host="${host}"}` },
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

/** The fleet, reported by Alertmanager's webhook. */
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

const isMedian = ({ figure }: Figure): boolean => figure.endsWith('p50');

/**
 * One host with one instance and one alarm, reported by `os-services` and then by Alertmanager's webhook:
 * the median of the second may be 10 % longer than that of the first.
 */
export async function alertmanager(bed: Bed, runs: number): Promise<Figure[]> {
  const { admin } = bed;
  const path = `/doctor/v1/sources/${source}`;
  await admin.expect('PUT', path, { body: { clear: 'auto', fenced: true } });
  const one = await oneAtATime(bed, { runs, scenario: 'one', fleetOf: bed.fleetOf });
  const target = longerThanOne * (one.find(isMedian)?.value ?? 0);
  const alerts = await oneAtATime(bed, {
    ...{ runs, scenario: 'alertmanager' },
    fleetOf: async (size) => byAlertmanager(bed, await bed.fleetOf(size)),
  });
  await admin.expect('DELETE', path);
  return [...one, ...alerts.map((figure) => (isMedian(figure) ? { ...figure, target } : figure))];
}
