/**
 * The message of a group is sent within two seconds of the report: computed from the delay, and
 * from the calls that follow each other on AWS.
 */
import { expect, test } from 'vitest';
import { groupDelaySeconds } from '../../adapters/queues/groups.ts';
import { coldStart, type HopName, hops } from '../../bench/aws/hops.ts';
import { type Stage, sequence } from '../../bench/aws/sequence.ts';
import { simulate, summary } from '../../bench/aws/simulate.ts';
import { firingOf } from '../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { type SendGroupsDeps, sendGroups } from '../../flows/send-groups.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';

/** The hop on AWS of each call of the flow. */
const hopOf = {
  firedSince: 'read',
  groupsOf: 'read',
  firedRows: 'read',
  addGroup: 'write',
  sendWebhooks: 'queue to function',
  publishGroup: 'topic to queue',
} as const satisfies Partial<Record<keyof SendGroupsDeps, HopName>>;

/** The calls that the sending of a group makes until its message is published, one after the other. */
async function callsOfGroup(): Promise<readonly (keyof typeof hopOf)[]> {
  const calls: (keyof typeof hopOf)[] = [];
  const group = { project_id: 'a', fault_id: id(50) };
  const event = { ...eventWith(['resource_id', 1, 'vm-1']), ...group };
  const decision = { kind: 'transition', to: 'alarm', reason: '' } as const;
  const alarm = alarmWith({ alarm_actions: ['https://pager.example/?doctor-group=fault'] });
  const row: OutboxRow = { ...firingOf(alarm, event, decision, minute(0)).row, grouped: true };
  const called = async <T>(name: keyof typeof hopOf, answer: T): Promise<T> => {
    calls.push(name);
    return answer;
  };
  const deps: SendGroupsDeps = {
    firedSince: () => called('firedSince', []),
    groupsOf: () => called('groupsOf', { count: 0, members: new Set<string>() }),
    firedRows: () => called('firedRows', [row]),
    addGroup: () => called('addGroup', true),
    sendWebhooks: () => called('sendWebhooks', undefined),
    publishGroup: () => called('publishGroup', undefined),
    markDelivered: async () => undefined,
    interrupted: () => expect.unreachable(),
    now: () => minute(1),
  };
  expect(await sendGroups(deps, { group, rows: [row] })).toBe(1);
  return calls;
}

test('99 of 100 groups arrive within two seconds of the report, by the model of AWS', async () => {
  const firing = sequence.findIndex(({ what }) => what.startsWith('firing'));
  expect(firing).toBeGreaterThan(0);
  const calls = await callsOfGroup();
  expect(calls.at(-1)).toBe('publishGroup');
  const stages: Stage[] = [
    ...sequence.slice(0, firing + 1),
    {
      what: 'the message of the group, after its delay',
      hops: ['queue to function'],
      invokes: true,
    },
    { what: 'code of the evaluator', hops: ['code of a handler'] },
    ...calls.map((what): Stage => ({ what, hops: [hopOf[what]] })),
  ];
  const { p50, p99 } = summary(
    simulate({ sequence: stages, hops, cold: coldStart, runs: 40_000, seed: 0.5 }),
  );
  expect(groupDelaySeconds * 1_000 + p99).toBeLessThan(2_000);
  expect(groupDelaySeconds * 1_000 + p50).toBeLessThan(1_500);
});
