/** The receiver of reports: each form of message, and how it handles unknown forms. */
import { expect, test } from 'vitest';
import type { DoctorEvent } from '../../../domain/events/event.ts';
import type { DeadLetter } from '../../../domain/events/messages.ts';
import { noteHeartbeats } from '../../../flows/note-heartbeats.ts';
import { recordMissedHeartbeats } from '../../../flows/record-missed-heartbeats.ts';
import { reportConditions } from '../../../flows/report-conditions.ts';
import { type SendTwiceDeps, sendTwice } from '../../../flows/send-twice.ts';
import { reportReceiver } from '../../../functions/report-receiver/handler.ts';
import { sourceWith } from '../../domain/conditions/reports.ts';
import { hostWith, minute } from '../../domain/rows.ts';
import { conditionsWorld } from '../../flows/conditions-world.ts';
import { worldOf } from '../../flows/world.ts';
import { lambdaContext as context } from '../call.ts';
import { alarmEvent } from '../monitors/alarm-events.ts';
import { logbook, queued } from './lambda.ts';

/** The time at which the messages of `queued` were sent. */
const sentAt = '2026-01-01T00:00:00.000Z';

function receiver(failing?: () => Promise<boolean>, reporters: string[] = []) {
  const hosts = [hostWith(), hostWith({ host: 'compute-2' })];
  const world = conditionsWorld(worldOf({ hosts }));
  const deps = { ...world.deps, ...(failing && { saveReport: failing, saveWhole: failing }) };
  const sent: [string, number, readonly DoctorEvent[]][] = [];
  const [refused, letters, seen]: [DeadLetter[], DeadLetter[], unknown[]] = [[], [], []];
  const { log, lines } = logbook();
  const beating = {
    ...world.deps,
    seenUp: async (host: string, at: string) => {
      if (!world.hosts.has(host)) return 'unknown' as const;
      seen.push([host, at]);
      return 'noted' as const;
    },
    noteHeard: async () => 'noted' as const,
    seenUpTogether: async (names: readonly string[]) => names,
    noteRestart: async () => 'noted' as const,
  };
  const sending: SendTwiceDeps = {
    sendOutside: async (events, { lane, delaySeconds = 0 }) => {
      sent.push([lane, delaySeconds, events]);
    },
    safeLaneDelaySeconds: 5,
  };
  const sources: string[] = [];
  const handler = reportReceiver({
    source: async (name) => {
      sources.push(name);
      return sourceWith(name, { reporters });
    },
    reportConditions: (report) => reportConditions(deps, report),
    noteHeartbeats: (hosts, at) => noteHeartbeats(beating, hosts, at),
    recordMissedHeartbeats: (message, id) =>
      recordMissedHeartbeats(
        {
          ...deps,
          source: async (name) => sourceWith(name),
          serviceDownTimeSeconds: 60,
          now: () => minute(20),
        },
        message,
        id,
      ),
    sendTwice: (events) => sendTwice(sending, events),
    deadLetter: async (more) => {
      letters.push(...more);
    },
    refuse: async (more) => {
      refused.push(...more);
    },
    now: () => minute(20),
    log,
  });
  const take = (...bodies: unknown[]) =>
    handler(queued(...bodies.map((body) => ({ body }))), context);
  /** Receives a message that SQS accepted this many seconds ago. */
  const takeLate = (seconds: number, body: unknown) => {
    const sentAt = new Date(Date.parse(minute(20)) - seconds * 1_000).toISOString();
    return handler(queued({ body, sentAt }), context);
  };
  return { world, sources, sent, refused, letters, seen, lines, take, takeLate };
}

const report = (status: 'down' | 'up') => ({
  type: 'compute.host.down',
  details: { hostname: 'compute-1', status, monitor: 'script' },
});

test('an alarm state change raises a condition of the source cloudwatch, from the sender of the message', async () => {
  const { world, take } = receiver();
  expect(await take(alarmEvent({ description: 'host=compute-1' }))).toEqual({
    batchItemFailures: [],
  });
  expect([...world.conditions.values()]).toMatchObject([
    {
      source: 'cloudwatch',
      state: 'raised',
      reported_by: { user_id: 'sender', project_id: '' },
      request_id: 'm-0',
    },
  ]);
  expect(world.hosts.get('compute-1')?.forced_down).toBe(true);
});

test('an alarm without a host is kept as unmatched', async () => {
  const { world, take, refused } = receiver();
  await take(alarmEvent());
  expect(world.unmatched).toMatchObject([{ source: 'cloudwatch' }]);
  expect(refused).toEqual([]);
});

test.each([
  ['a list', [report('down')], 'opnfv'],
  ['an event', report('down'), 'opnfv'],
  ['`event`', { event: report('down') }, 'opnfv'],
  ['`events` with a source', { events: [report('down')], source: 'ping' }, 'opnfv/ping'],
])('%s of OPNFV Doctor is a report of its source', async (_, body, source) => {
  const { world, take } = receiver();
  await take(body);
  const order = `${sentAt}#000000`;
  expect([...world.conditions.values()]).toMatchObject([{ source, state: 'raised', order }]);
});

test('the reports of one message count in their order, and only once if it is delivered again', async () => {
  const { world, take } = receiver();
  const both = [report('down'), report('up')];
  await take(both);
  await take(both);
  expect([...world.conditions.values()]).toMatchObject([{ state: 'cleared', revision: 2 }]);
  expect(world.hosts.get('compute-1')?.forced_down).toBe(false);
});

const event = (message_id: string, more: object = {}) => ({
  ...{ message_id, event_type: 'compute.instance.update', generated: '2026-01-01T00:00:00' },
  ...{ traits: [['project_id', 1, 'p']], ...more },
});

test('events are queued in their lanes, now and later, and refused ones are dead letters', async () => {
  const { sent, letters, refused, take } = receiver();
  await take([event('a'), event('b', { traits: [['state', 1, 'error']] }), { event_type: 7 }]);
  expect(
    sent.map(([lane, delay, events]) => [lane, delay, events.map((e) => e.message_id)]),
  ).toEqual(
    expect.arrayContaining([
      ...[
        ['bulk', 0, ['a']],
        ['bulk', 5, ['a']],
      ],
      ...[
        ['urgent', 0, ['b']],
        ['urgent', 5, ['b']],
      ],
    ]),
  );
  expect(sent[0]?.[2][0]?.accepted_at).toBe(sentAt);
  expect(letters).toMatchObject([{ element: { event_type: 7 } }]);
  expect(refused).toEqual([]);
});

test('one event by itself is a list of one, and an empty list is nothing', async () => {
  const { sent, refused, take } = receiver();
  await take(event('a'), []);
  expect(sent.map(([lane]) => lane)).toEqual(['bulk', 'bulk']);
  expect(refused).toEqual([]);
});

test('heartbeats count from the time of the message; unknown hosts are kept as unmatched', async () => {
  const { world, seen, take } = receiver();
  await take({ heartbeats: ['compute-1', 'compute-2', 'compute-1', 'compute-9'] });
  expect(seen).toEqual([
    ['compute-1', sentAt],
    ['compute-2', sentAt],
  ]);
  expect(world.unmatched).toMatchObject([
    { source: 'heartbeats', reason: 'Host compute-9 is not registered.' },
  ]);
});

test.each([
  ['no JSON', '{', /not JSON/],
  ['a number', 7, /neither an alarm/],
  ['another object', { hello: 1 }, /neither an alarm/],
  ['another event of AWS', { 'detail-type': 'EC2 Instance State-change Notification' }, /source/],
  ['a list of something else', [1, {}], /neither events nor reports/],
  ['events and reports', [event('a'), report('down')], /both/],
  ['more than 100 heartbeats', { heartbeats: Array(101).fill('compute-1') }, /heartbeats/],
  ['a heartbeat of no host', { heartbeats: [7] }, /heartbeats/],
  ['a misspelt key beside heartbeats', { heartbeats: [], restarted: true }, /restarted/],
  ['no name of a source', { events: [report('down')], source: 'a/b' }, /source/],
])('%s is a dead letter with the reason, and changes nothing', async (_, body, reason) => {
  const { world, sent, letters, refused, take } = receiver();
  expect(await take(body)).toEqual({ batchItemFailures: [] });
  expect(refused).toMatchObject([{ reason: expect.stringMatching(reason) }]);
  expect([world.writes, sent, letters]).toEqual([[], [], []]);
});

test('a message whose report cannot be stored is delivered again, the others are not', async () => {
  const { take } = receiver(async () => {
    throw new Error('the table is out');
  });
  const taken = await take(report('down'), { heartbeats: ['compute-1'] });
  expect(taken).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }] });
});

const silent = (since = minute(0)) => ({ missed: ['compute-1', 'none'], awake_since: since });

test('missed heartbeats are recorded if the row says so; a host that sends them again is up', async () => {
  const { world, takeLate } = receiver();
  world.hosts.set('compute-1', hostWith({ heartbeat: true, last_seen_up: minute(18) }));
  await takeLate(0, silent(minute(19.5)));
  expect(world.hosts.get('compute-1')?.forced_down).toBe(false);
  await takeLate(0, silent());
  expect(world.hosts.get('compute-1')).toMatchObject({
    ...{ forced_down: true, instances_left: true, held_by: [{ source: 'heartbeat' }] },
  });
  const down = world.hosts.get('compute-1');
  if (!down) return expect.unreachable();
  world.hosts.set('compute-1', { ...down, last_seen_up: minute(19.9) });
  await takeLate(300, { heard: ['compute-1'] });
  expect(world.hosts.get('compute-1')).toMatchObject({ forced_down: false, held_by: [] });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(Array(2).fill('service.update'));
});

test('while the queue lags no silence is recorded, because heartbeats may wait in it', async () => {
  const { world, lines, takeLate } = receiver();
  world.hosts.set('compute-1', hostWith({ heartbeat: true, last_seen_up: minute(18) }));
  await takeLate(11, silent());
  expect([world.writes, world.hosts.get('compute-1')?.forced_down]).toEqual([[], false]);
  expect(JSON.stringify(lines)).toContain('lags');
  await takeLate(9, silent());
  expect(world.hosts.get('compute-1')?.forced_down).toBe(true);
});

test('an old finding of missed heartbeats is ignored, also if it was just sent back from the dead letters', async () => {
  const { world, takeLate } = receiver();
  world.hosts.set('compute-1', hostWith({ heartbeat: true, last_seen_up: minute(18) }));
  // Doctor was out of service until now, so no host can have sent a heartbeat since then.
  await takeLate(0, { ...silent(), found_at: minute(19.8) });
  expect([world.writes, world.hosts.get('compute-1')?.forced_down]).toEqual([[], false]);
  await takeLate(0, { ...silent(), found_at: minute(19.9) });
  expect(world.hosts.get('compute-1')?.forced_down).toBe(true);
});

test.each([
  ['none', [], 1],
  ['the principal that sent the message', ['sender'], 1],
  ['another', ['AROAEXAMPLE'], 0],
])(
  'a source with reporters takes reports of its principals alone: %s',
  async (_, reporters, taken) => {
    const { world, refused, take } = receiver(undefined, reporters);
    expect(await take(report('down'))).toEqual({ batchItemFailures: [] });
    expect(world.conditions.size).toBe(taken);
    const letters = [{ reason: 'reporters: sender may not report as the source opnfv.' }];
    expect(refused).toMatchObject(taken === 1 ? [] : letters);
  },
);

test('an alarm of CloudWatch comes from AWS, so the reporters do not limit it', async () => {
  const { world, take } = receiver(undefined, ['AROAEXAMPLE']);
  await take(alarmEvent({ description: 'host=compute-1' }));
  expect(world.conditions.size).toBe(1);
});

test('the settings of a source are read once for all messages of a batch, and again for the next batch', async () => {
  const { sources, take } = receiver();
  await take(report('down'), report('down'), alarmEvent(), alarmEvent());
  expect(sources.sort()).toEqual(['cloudwatch', 'opnfv']);
  await take(report('up'));
  expect(sources).toHaveLength(3);
});
