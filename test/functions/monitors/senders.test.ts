/**
 * The table of senders in docs/wire/monitors.md#each-sender, row by row: what raises and clears the
 * sender's condition, and that no answer makes the sender lose a report or repeat it for ever.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { answeredWithinMs } from '../../../functions/monitors/report-route.ts';
import { alarmEvent } from './alarm-events.ts';
import { basic, bearer, monitorsWorld } from './monitors-world.ts';

/** The bodies of a sender. */
type Sender = {
  /** The method and the path with its query; left out: the queue of reports. */
  readonly to?: string;
  readonly headers?: Record<string, string>;
  readonly raise: (host?: string) => unknown;
  /** The raise again, with different values for all that varies within one fault. */
  readonly again: () => unknown;
  readonly clear: () => unknown;
  /** A body that does not have the sender's form. */
  readonly malformed: unknown;
  /**
   * The statuses that are not 200: of the answers to a raise, to its repeat, and for an unknown
   * host.
   */
  readonly answers?: { readonly raise: number; readonly again: number; readonly unknown: number };
  /** Whether the end leaves the host down, because it was fenced. */
  readonly held?: boolean;
};

const webhook = (status: string, host: string, startsAt: string, summary = 'down') => ({
  version: '4',
  receiver: 'doctor',
  // The state of the group is that of the other alert.
  status: status === 'firing' ? 'resolved' : 'firing',
  alerts: [
    {
      status,
      labels: { alertname: 'HostDown', instance: `${host}:9100` },
      annotations: { summary },
      startsAt,
      endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-20T08:16:31.5Z',
      fingerprint: `0a1b2c3d4e5f60${host.length}`,
    },
  ],
});
const pushed = (host: string, endsAt: string, summary = 'down') => [
  { labels: { alertname: 'HostDown', host }, annotations: { summary }, endsAt },
];
const collected = (host: string, severity: string, startsAt: string) => [
  {
    labels: { alertname: 'collectd_ping', instance: host, severity, service: 'collectd' },
    annotations: { summary: severity },
    startsAt,
  },
];
const notified = (hostname: string, event: string, generated_time: string) => ({
  notification: {
    ...{ type: 'COMPUTE_HOST', hostname, generated_time },
    payload: { event, cluster_status: 'OFFLINE', host_status: 'NORMAL' },
  },
});
const reported = (hostname: string, status: string, more: object) => ({
  time: '2026-11-20T08:15:30Z',
  type: 'compute.host.down',
  details: { hostname, status, ...more },
});
const check = (Node: string) => [{ Node, CheckID: 'serfHealth', Status: 'critical', Output: '' }];
const platform = (Context: string, Severity: string, EventId: string) => ({
  Context,
  Events: [
    {
      ...{ EventId, Severity, MessageId: 'Platform.1.0.PlatformError', Message: 'An error.' },
      OriginOfCondition: { '@odata.id': '/redfish/v1/Systems/system/Processors/cpu1' },
    },
  ],
});
const alarm = (host: string, value: string, second: string) =>
  alarmEvent({
    value,
    description: `host=${host}`,
    timestamp: `2026-11-26T17:00:${second}.000+0000`,
  });
const published = (host: string, NewStateValue: string, second: string) => ({
  Type: 'Notification',
  Message: JSON.stringify({
    AlarmName: 'down',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:down',
    AlarmDescription: `host=${host}`,
    NewStateValue,
    StateChangeTime: `2026-11-26T17:00:${second}.000+0000`,
  }),
});

/** A sender of one event, as its command or script sends it. */
const command = (source: string, id: string | undefined): Sender => {
  const kind = source.replace('script/', '');
  const ids = { monitor: kind, ...(id !== undefined && { monitor_event_id: id }) };
  return {
    to: `POST /doctor/v1/inspector/events?source=${source}`,
    headers: bearer,
    raise: (host = 'compute-1') => reported(host, 'down', ids),
    again: () => ({
      ...reported('compute-1', 'down', { ...ids, cause: 'other words' }),
      time: '2026-11-20T08:15:59Z',
    }),
    clear: () => reported('compute-1', 'up', ids),
    malformed: { text: 'compute-1 is down' },
  };
};

const senders: Readonly<Record<string, Sender>> = {
  Alertmanager: {
    to: 'POST /doctor/v1/alertmanager',
    headers: basic,
    raise: (host = 'compute-1') => webhook('firing', host, '2026-11-20T08:15:30.123456789Z'),
    again: () => webhook('firing', 'compute-1', '2026-11-20T08:15:32Z', 'still down'),
    clear: () => webhook('resolved', 'compute-1', '2026-11-20T08:15:32Z'),
    malformed: { version: '3', alerts: [] },
  },
  Prometheus: {
    to: 'POST /doctor/v1/prometheus/api/v2/alerts',
    headers: basic,
    raise: (host = 'compute-1') => pushed(host, '2026-11-20T08:19:30Z'),
    again: () => pushed('compute-1', '2026-11-20T08:20:30Z', 'still down'),
    clear: () => pushed('compute-1', '2026-11-20T08:16:29Z'),
    malformed: { alerts: [] },
  },
  'masakari-monitors': {
    to: 'POST /instance-ha/v1/notifications',
    raise: (host = 'compute-1') => notified(host, 'STOPPED', '2026-11-20T08:15:30.153323'),
    again: () => notified('compute-1', 'STOPPED', '2026-11-20T08:15:31.5'),
    clear: () => notified('compute-1', 'STARTED', '2026-11-20T08:16:10.588240'),
    malformed: { notification: { type: 'RACK' } },
    answers: { raise: 202, again: 409, unknown: 400 },
    held: true,
  },
  Zabbix: command('zabbix', '1042'),
  Nagios: command('script/nagios', '7'),
  'Icinga 2': command('script/icinga', undefined),
  Pacemaker: command('script/pacemaker', undefined),
  keepalived: command('script/keepalived', 'compute-1/INSTANCE/VI_1'),
  Consul: {
    to: 'POST /doctor/v1/consul',
    headers: bearer,
    raise: (host = 'compute-1') => check(host),
    again: () => [{ ...check('compute-1')[0], Output: 'other words' }],
    clear: () => [],
    malformed: { checks: [] },
  },
  collectd: {
    to: 'POST /doctor/v1/am/api/v2/alerts',
    headers: basic,
    raise: (host = 'compute-1') => collected(host, 'FAILURE', '2026-11-20T08:15:30Z'),
    again: () => collected('compute-1', 'WARNING', '2026-11-20T08:15:40Z'),
    clear: () => collected('compute-1', 'OKAY', '2026-11-20T08:15:50Z'),
    malformed: 'collectd',
  },
  Redfish: {
    to: 'POST /doctor/v1/redfish',
    headers: basic,
    raise: (host = 'compute-1') => platform(host, 'Critical', '1'),
    again: () => platform('compute-1', 'Critical', '2'),
    clear: () => platform('compute-1', 'OK', '3'),
    malformed: { Id: '1' },
  },
  SNS: {
    raise: (host = 'compute-1') => published(host, 'ALARM', '40'),
    again: () => published('compute-1', 'ALARM', '41'),
    clear: () => published('compute-1', 'OK', '42'),
    malformed: { Type: 'Notification', Message: 'Hello' },
  },
  EventBridge: {
    raise: (host = 'compute-1') => alarm(host, 'ALARM', '40'),
    again: () => alarm('compute-1', 'ALARM', '41'),
    clear: () => alarm('compute-1', 'OK', '42'),
    malformed: { 'detail-type': 'EC2 Instance State-change Notification' },
  },
};

/** A world, and a function with which the sender sends to it. */
function worldFor({ to = '', headers = { 'X-Auth-Token': 'monitor' } }: Sender) {
  const world = monitorsWorld();
  const [method = '', url = ''] = to.split(' ');
  const send = (
    body: unknown,
    given: Record<string, string> = headers,
    path = url,
    verb = method,
  ) => world.send(verb, path, body, given);
  /**
   * Sends a body. For the queue, status 200 means that the message is deleted, and 503 that it is
   * delivered again.
   */
  const report = async (body: unknown): Promise<number> => {
    if (to !== '') return (await send(body)).status;
    return (await world.take(body)).length === 0 ? 200 : 503;
  };
  return { ...world, send, report, url };
}

const all = Object.entries(senders);
const overHttp = all.filter(([, { to }]) => to !== undefined);
const ok = { raise: 200, again: 200, unknown: 200 };

describe.each(all)('%s', (_, sender) => {
  const { raise, again, clear, malformed, answers = ok, held = false } = sender;

  test('raises one condition, which its repeat renews and its end clears', async () => {
    const world = worldFor(sender);
    expect(await world.report(raise())).toBe(answers.raise);
    expect(await world.report(again())).toBe(answers.again);
    expect([...world.conditions.values()]).toMatchObject([{ state: 'raised' }]);
    expect(world.downHosts()).toEqual(['compute-1']);
    expect(await world.report(clear())).toBe(answers.raise);
    expect([...world.conditions.values()]).toMatchObject([{ state: 'cleared', held }]);
    expect(world.downHosts()).toEqual(held ? ['compute-1'] : []);
  });

  test('may clear a condition that was never raised', async () => {
    const world = worldFor(sender);
    expect(await world.report(clear())).toBe(answers.raise);
    expect(world.downHosts()).toEqual([]);
  });

  test('need not repeat a report on an unknown host', async () => {
    const world = worldFor(sender);
    expect(await world.report(raise('compute-99'))).toBe(answers.unknown);
    expect(world.shown()).toEqual([]);
    // Masakari's surface gives the outcome in its answer, which the monitor logs.
    const kept = answers.unknown === 200 ? [{ reason: 'Host compute-99 is not registered.' }] : [];
    expect(world.unmatched).toMatchObject(kept);
  });

  test('gets a final error only if the whole body has another form, and nothing changes', async () => {
    const world = worldFor(sender);
    await world.report(raise());
    const before = world.shown();
    expect(await world.report(malformed)).toBe(sender.to === undefined ? 200 : 400);
    expect(world.refused).toMatchObject(sender.to === undefined ? [{ element: /./ }] : []);
    expect(world.shown()).toEqual(before);
  });

  test('sends again while the store fails, and is accepted when it works again', async () => {
    const world = worldFor(sender);
    world.state.storeIsOut = true;
    expect(await world.report(raise())).toBe(503);
    expect(world.downHosts()).toEqual([]);
    world.state.storeIsOut = false;
    expect(await world.report(raise())).toBe(answers.raise);
    expect(world.downHosts()).toEqual(['compute-1']);
  });
});

describe.each(overHttp)('%s over HTTP', (_, sender) => {
  test('gets no redirect, whatever the slashes of its URL', async () => {
    const [path = '', query] = worldFor(sender).url.split('?');
    const search = query === undefined ? '' : `?${query}`;
    for (const url of [`${path}/`, path.replaceAll('/', '//').slice(1)]) {
      const world = worldFor(sender);
      const { status } = await world.send(sender.raise(), sender.headers, `${url}${search}`);
      expect(status).toBe((sender.answers ?? ok).raise);
    }
  });

  test('is asked for a password if it sends none, and refused without the role', async () => {
    const world = worldFor(sender);
    const asked = await world.send(sender.raise(), {});
    expect(asked.status).toBe(401);
    expect(asked.headers['WWW-Authenticate']).toContain('Basic realm="doctor"');
    const refused = await world.send(sender.raise(), { 'X-Auth-Token': 'member' });
    expect(refused.status).toBe(403);
    expect(world.shown()).toEqual([]);
  });

  test.each([
    ['Basic', basic],
    ['Bearer', bearer],
    ['a token', { 'X-Auth-Token': 'monitor' }],
  ])('may send %s', async (_name, headers) => {
    const { status } = await worldFor(sender).send(sender.raise(), headers);
    expect(status).toBe((sender.answers ?? ok).raise);
  });

  test('gets a 503 that says when to send again, never a 429', async () => {
    const world = worldFor(sender);
    world.state.storeIsOut = true;
    const answer = await world.send(sender.raise());
    expect(answer.status).toBe(503);
    expect(answer.headers['Retry-After']).toBe('1');
  });

  test('is answered within 5 seconds while the store hangs, and sends again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const world = worldFor(sender);
      world.state.storeHangs = true;
      const answer = world.send(sender.raise());
      await vi.advanceTimersByTimeAsync(4_999);
      expect(answeredWithinMs).toBeLessThan(5_000);
      expect((await answer).status).toBe(503);
      expect(world.downHosts()).toEqual([]);
      world.state.storeHangs = false;
      expect((await world.send(sender.raise())).status).toBe((sender.answers ?? ok).raise);
    } finally {
      vi.useRealTimers();
    }
  });
});

/** As which source a sender reports. */
const sourceOf = (name: string, { to = '' }: Sender): string => {
  const { searchParams } = new URL(to.split(' ')[1] ?? '', 'https://api.test');
  const kinds = new Map([
    ['masakari-monitors', 'masakari'],
    ['collectd', 'prometheus'],
  ]);
  return searchParams.get('source') ?? kinds.get(name) ?? name.toLowerCase();
};

describe.each(overHttp)('%s, whose source has reporters', (name, sender) => {
  const given = (world: ReturnType<typeof worldFor>, reporters: string[]) =>
    world.send(
      { reporters },
      { 'X-Auth-Token': 'admin' },
      `/doctor/v1/sources/${sourceOf(name, sender)}`,
      'PUT',
    );

  test('reports as one of them, and is refused as any other user, administrators too', async () => {
    const world = worldFor(sender);
    expect((await given(world, ['monitor'])).status).toBe(200);
    const other = await world.send(sender.raise(), { 'X-Auth-Token': 'admin' });
    expect(other.status).toBe(403);
    expect(JSON.stringify(other.body)).toContain('reporters: admin may not report as the source');
    expect(world.shown()).toEqual([]);
    expect((await world.send(sender.raise())).status).toBe((sender.answers ?? ok).raise);
    await given(world, []);
    const again = await world.send(sender.again(), { 'X-Auth-Token': 'admin' });
    expect(again.status).toBe((sender.answers ?? ok).again);
  });
});

test('every row of the documented table is here', () => {
  const [, section = ''] = readFileSync('docs/wire/monitors.md', 'utf8').split('### Each sender\n');
  const [table = ''] = section.split('\n## ');
  const names = [...table.matchAll(/^\| ([^|]+?) \|/gm)].map(([, name]) => name);
  expect(names).toEqual(['sender', ...Object.keys(senders)]);
});
