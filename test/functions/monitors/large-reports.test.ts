/** Reports with very many items: none is worked on for long, and no answer makes a monitor lose one. */
import { expect, test } from 'vitest';
import { mostReportItems } from '../../../functions/monitors/report-route.ts';
import { monitorsWorld } from './monitors-world.ts';

/** The smallest item that each sender could send, and its route. */
const senders = {
  Alertmanager: {
    url: '/doctor/v1/alertmanager',
    of: (items: readonly unknown[]) => ({ version: '4', receiver: 'd', alerts: items }),
  },
  Prometheus: { url: '/doctor/v1/am/api/v2/alerts', of: (items: readonly unknown[]) => items },
  Consul: { url: '/doctor/v1/consul', of: (items: readonly unknown[]) => items },
  OPNFV: { url: '/doctor/v1/inspector/events', of: (items: readonly unknown[]) => items },
  'a list of events': {
    url: '/doctor/v1/inspector/events',
    of: (items: readonly unknown[]) => ({ events: items }),
  },
  Redfish: {
    url: '/doctor/v1/redfish/compute-1',
    of: (items: readonly unknown[]) => ({ Events: items }),
  },
};
const firing = (host: string) => ({
  status: 'firing',
  labels: { alertname: 'HostDown', host },
  annotations: {},
  fingerprint: '0a1b2c3d4e5f6071',
});

test.each(Object.entries(senders))(
  '%s: more items than any monitor has in 6 MB are refused at once, and change nothing',
  async (_, { url, of }) => {
    const world = monitorsWorld();
    const items = Array.from({ length: mostReportItems + 1 }, () => ({}));
    const { status, body } = await world.send('POST', url, of(items));
    expect(status).toBe(413);
    expect(JSON.stringify(body)).toContain(`at most ${mostReportItems}`);
    expect([world.conditions.size, world.unmatched]).toEqual([0, []]);
  },
);

test('a report with so many items that all their outcomes fit no answer is taken, and answered with the first of them', async () => {
  const world = monitorsWorld();
  const alerts = [...Array.from({ length: mostReportItems - 1 }, () => ({})), firing('compute-1')];
  const report = { version: '4', receiver: 'd', alerts };
  const { status, body } = await world.send('POST', '/doctor/v1/alertmanager', report);
  expect(status).toBe(200);
  const { items, left_out } = Object(body);
  expect(items[0]).toMatchObject({ outcome: 'unmatched' });
  expect(items.length + left_out).toBe(mostReportItems);
  expect(left_out).toBeGreaterThan(0);
  expect(world.downHosts()).toEqual(['compute-1']);
});

test('the outcomes of a report of usual size are all in the answer', async () => {
  const { body } = await monitorsWorld().send('POST', '/doctor/v1/consul', [{}, {}]);
  expect(body).toEqual({ items: [expect.anything(), expect.anything()] });
});
