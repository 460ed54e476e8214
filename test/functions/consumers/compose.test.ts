/** The composed consumers: which messages go into which queue, and with which delay. */
import { expect, test } from 'vitest';
import { gathered } from '../../../adapters/gathered.ts';
import { firingOf } from '../../../domain/alarms/firing.ts';
import { type WebhookMessage, webhooksOf } from '../../../domain/delivery/webhook.ts';
import { busySeconds } from '../../../domain/delivery/webhook-place.ts';
import type { Answer } from '../../../domain/delivery/webhook-retry.ts';
import { reportedDataPlane } from '../../../domain/ports/host-data-plane.ts';
import type { RowChange } from '../../../flows/row-change.ts';
import { compose as evaluatorOf } from '../../../functions/alarm-evaluator/compose.ts';
import { compose as finisherOf } from '../../../functions/fault-finisher/compose.ts';
import { compose as reconcilerOf } from '../../../functions/reconciler/compose.ts';
import { compose as webhookSenderOf } from '../../../functions/webhook-sender/compose.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../../domain/rows.ts';
import { portsWorld } from '../../flows/ports-world.ts';
import { worldOf } from '../../flows/world.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from './lambda.ts';

test('the reconciler sends safe copies, and messages for the fault-finisher, each with their delay', async () => {
  const sent: unknown[] = [];
  const { log } = logbook();
  const handler = reconcilerOf<readonly RowChange[]>({
    read: (changes) => changes,
    log,
    sendEvents: async (_, sending) => {
      sent.push(sending);
    },
    sendFinish: async (messages, delays) => {
      sent.push([messages.length, delays]);
    },
    deadLetter: async () => {},
    sendHeard: async () => {},
    publishEvents: async () => {},
    noteAffected: async () => {},
    affectedBy: async () => [],
    noteChanges: async () => {},
    keepEvents: async () => {},
    keepSwitches: async () => {},
    safeLaneDelaySeconds: 7,
    finishDelaysSeconds: [1, 2],
  });
  await handler([{ kind: 'host', before: hostWith(), after: downHost() }], context);
  expect(sent).toEqual(expect.arrayContaining([{ delaySeconds: 7, copy: true }, [1, [1, 2]]]));
});

test.each(['full', 'gentle'] as const)(
  'an evaluator of pace %s splits a message into messages of one event in its lane',
  async (pace) => {
    const sent: unknown[] = [];
    const { log } = logbook();
    const unused = async () => expect.unreachable();
    const handler = evaluatorOf({
      pace,
      transactionsAtOnce: 1,
      log,
      sendEvents: async (events, sending) => {
        sent.push([events.length, sending]);
      },
      deadLetter: unused,
      count: () => {},
      alarmCounts: unused,
      silences: unused,
      proofState: unused,
      alarmsUnder: unused,
      alarms: unused,
      written: unused,
      undeliveredOf: unused,
      fire: unused,
      arm: unused,
      report: unused,
      sendWebhooks: unused,
      sendGroups: unused,
      unsentTest: unused,
      groupsOf: unused,
      firedSince: unused,
      firedRows: unused,
      addGroup: unused,
      publishGroup: unused,
      publish: unused,
      markDelivered: unused,
      keepEvents: unused,
      noteChanges: async () => {},
      countSent: async () => {},
      interrupted: () => {},
      now: () => minute(1),
    });
    const events = ['e-1', 'e-2'].map((message_id) => ({ ...eventWith(), message_id }));
    await handler(queued({ body: { events, attempts: 0, lane: 'bulk' }, receives: 2 }), context);
    expect(sent).toEqual([[2, { lane: 'bulk', attempts: 1, perMessage: 1 }]]);
  },
);

test('the fault-finisher applies a fault, a report on ports and a departure to the rows that missed them', async () => {
  const world = worldOf({
    hosts: [downHost()],
    instances: [instanceWith(), instanceWith({ uuid: id(1), host: 'compute-2' })],
  });
  const ports = portsWorld(1, {
    'binding:host_id': 'compute-1',
    device_id: id(1),
    device_owner: 'compute:nova',
  });
  const reportedAt = { user_id: 'sdn', request_id: 'req-sdn', at: minute(1) };
  const { plane } = reportedDataPlane(undefined, {
    ...{ host: 'compute-1', data_plane_status: 'DOWN', newId: () => id(900) },
    ...{ actor: reportedAt, reporter: { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' } },
  });
  ports.planes.set('compute-1', plane);
  const handler = finisherOf({
    ...world.deps,
    ...ports.deps,
    send: world.deps.send,
    portIds: ({ value }) => ports.deps.portsOn(value),
    now: () => minute(20),
    log: logbook().log,
  });
  const fault = { host: 'compute-1', number: 1, of: 'instances' };
  const report = { host: 'compute-1', number: 1, of: 'ports' };
  await handler(queued({ body: fault }, { body: report }), context);
  expect(world.instances.get(id(10))).toMatchObject({ vm_state: 'stopped' });
  expect(world.instances.get(id(1))).toMatchObject({ vm_state: 'active' });
  expect(ports.rows.get(id(0))).toMatchObject({ data_plane_status: 'DOWN' });
  const departed = { left: 'compute-1', servers: [{ uuid: id(1), at: minute(9) }] };
  await handler(queued({ body: { departed } }), context);
  expect(ports.rows.get(id(0))).toMatchObject({ 'binding:host_id': 'compute-2' });
});

const [webhook] = webhooksOf(
  firingOf(
    alarmWith({ alarm_actions: ['https://receiver.example/'] }),
    eventWith(),
    { kind: 'transition', to: 'alarm', reason: 'because' },
    minute(1),
  ).row,
);

/** The webhook-sender, with the place that projects get and the answer of receivers. */
async function sentAgain(
  place: 'held' | 'busy' | 'hung',
  answer: Answer,
  {
    existing = async (ids: readonly string[]): Promise<ReadonlySet<string>> => new Set(ids),
    bodies = [{ body: webhook }],
  } = {},
) {
  const sent: [string, WebhookMessage['lane'][], number[]][] = [];
  const { log } = logbook();
  const handler = webhookSenderOf({
    outcome: async () => undefined,
    existing,
    note: async () => {},
    post: async () => answer,
    topics: [],
    publish: async () => answer,
    deadLetter: async () => {},
    sendFirst: async (webhooks, delaySeconds) => {
      sent.push(['first tries', webhooks.map(({ lane }) => lane), [delaySeconds]]);
    },
    sendRetries: async (retries) => {
      const lanes = retries.map((retry) => retry.webhook.lane);
      sent.push(['further tries', lanes, retries.map(({ delaySeconds }) => delaySeconds)]);
    },
    gather: gathered,
    minutes: {
      limits: { perReceiver: 600, perProject: 3_000 },
      take: async (_, posts) => posts,
      giveBack: async () => expect.unreachable(),
      interrupted: () => expect.unreachable(),
    },
    places: {
      take: async () => (place === 'held' ? { place: '0#a', holder: 'me' } : { full: place }),
      giveBack: async () => {},
      keep: async () => {},
      noteWaiting: async () => {},
      after: () => () => {},
      interrupted: () => {},
    },
    countWebhooks: async () => {},
    uncounted: () => expect.unreachable(),
    mostAttempts: 3,
    now: () => minute(2),
    clock: () => 0,
    random: () => 0,
    count: () => {},
    log,
  });
  await handler(queued(...bodies), context);
  return sent;
}

test('the alarms of all retries of a batch are read in one request', async () => {
  const asked: (readonly string[])[] = [];
  const existing = async (ids: readonly string[]) => {
    asked.push(ids);
    return new Set<string>();
  };
  if (!webhook) throw new Error('no webhook');
  const bodies = [1, 2].map((attempts) => ({
    body: { ...webhook, attempts, lane: 'later' as const },
  }));
  expect(await sentAgain('held', { kind: 'answered', status: 503 }, { existing, bodies })).toEqual(
    [],
  );
  expect(asked).toHaveLength(1);
  expect(asked[0]).toHaveLength(2);
});

test('retries without a place are queued again in one request, whatever waits', async () => {
  if (!webhook) throw new Error('no webhook');
  const bodies = [1, 2].map((attempts) => ({
    body: { ...webhook, attempts, lane: 'later' as const },
  }));
  const existing = async () => expect.unreachable();
  const sent = await sentAgain('busy', { kind: 'answered', status: 200 }, { existing, bodies });
  expect(sent).toEqual([['further tries', ['later', 'later'], [10, 10]]]);
});

test('a failed attempt is repeated as a retry, after a delay', async () => {
  const sent = await sentAgain('held', { kind: 'answered', status: 503 });
  expect(sent).toEqual([['further tries', ['later'], [expect.any(Number)]]]);
});

test('a first attempt without a place waits among first attempts, or among the retries if its receiver hung', async () => {
  const answered: Answer = { kind: 'answered', status: 200 };
  expect(await sentAgain('busy', answered)).toEqual([['first tries', ['first'], [busySeconds]]]);
  expect(await sentAgain('hung', answered)).toEqual([['further tries', ['later'], [0]]]);
});
