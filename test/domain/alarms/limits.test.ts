/** The largest alarm and the largest event that are accepted fit the limits of AWS. */
import { expect, test } from 'vitest';
import { mostActions } from '../../../adapters/transactions.ts';
import { decideTimeout } from '../../../domain/alarms/absence.ts';
import type { AlarmFacts, RuleCondition } from '../../../domain/alarms/alarm.ts';
import { checkFacts } from '../../../domain/alarms/alarm-facts.ts';
import { decide } from '../../../domain/alarms/evaluate.ts';
import { type Firing, firingOf } from '../../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../../domain/alarms/outbox-row.ts';
import { isPeriodic } from '../../../domain/alarms/periodic-alarm.ts';
import { webhooksOf } from '../../../domain/delivery/webhook.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { DoctorEvent, Trait } from '../../../domain/events/event.ts';
import { maxEventBytes, receive } from '../../../domain/events/outside-event.ts';
import { timeoutsPerTransaction } from '../../../flows/evaluate-timeouts.ts';
import { readAlarm } from '../../../functions/alarming/alarm-input.ts';
import { minute } from '../rows.ts';
import { alarmWith } from './alarms.ts';

const armed = { armed_at: minute(0), timer_at: minute(2) };
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
/** Characters that double when JSON is put into JSON, or that are three bytes and are sent as six. */
const costly = ['"', '\\', '\uFFFF', 'ä'];

/** The largest rule that is accepted, of conditions that every event meets. */
function largestFacts(character: string): AlarmFacts {
  const facts = (count: number): AlarmFacts => {
    const value = character.repeat(1024);
    const query = Array.from({ length: count }, () => ({ field: 'traits.none', op: 'ne', value }));
    const body = { name: '"'.repeat(255), type: 'event', event_rule: { query } };
    const read = readAlarm(body).facts;
    if (isPeriodic(read)) throw new Error('not an event alarm');
    return { ...read, project_id: 'a', user_id: 'u' };
  };
  const fits = (count: number): boolean => {
    try {
      checkFacts(facts(count), true);
      return true;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  };
  const counts = Array.from({ length: 50 }, (_, n) => 50 - n);
  return facts(counts.find(fits) ?? 0);
}

/**
 * The largest event that is accepted, with as many of this character in its ids and name as
 * allowed.
 */
function largestEvent(character: string): DoctorEvent {
  const traitsOf = (idLength: number, length: number): Trait[] => [
    ['project_id', 1, 'a'],
    ['resource_id', 1, 'r'.repeat(idLength)],
    ['name', 1, character.repeat(length)],
  ];
  const take = (idLength: number, length: number): DoctorEvent | undefined => {
    const element = {
      message_id: 'm',
      event_type: 'switch.down',
      traits: traitsOf(idLength, length),
    };
    const received = receive(element, minute(1));
    return received.ok ? received.event : undefined;
  };
  const idLength = [60_000, 30_000, 1_000, 255].find((each) => take(each, 0)) ?? 0;
  const step = bytesOf(character) - 2;
  const room = maxEventBytes - idLength - 500;
  const event = take(idLength, Math.floor(room / step));
  if (!event) throw new Error('even a small event is refused');
  return event;
}

test.each(costly)('with texts of %j', (character) => {
  const alarm_actions = Array.from({ length: 20 }, (_, n) => `https://a.example/${n}`.padEnd(2048));
  const alarm = { ...alarmWith(largestFacts(character)), alarm_actions };
  const event = largestEvent(character);
  const decision = decide(alarm, event);
  if (decision.kind !== 'transition') throw new Error(decision.kind);
  const { row, to } = firingOf(alarm, event, decision, minute(2));
  const attributes = Object.entries(row.attributes).flat().join('').length;
  // SNS accepts 256 KiB. DynamoDB accepts 400 kB for a row and 4 MB for a transaction, which has
  // ten firings.
  expect(Buffer.byteLength(row.body) + attributes).toBeLessThan(250_000);
  for (const webhook of webhooksOf(row)) expect(bytesOf(webhook)).toBeLessThan(250_000);
  expect(rowBytes({ row, to })).toBeLessThan(400_000);
  expect(10 * (rowBytes({ row, to }) + bytesOf(to))).toBeLessThan(4_000_000);
});

test.each(costly)(
  'timeouts of the largest alarms fit into a transaction, with texts of %j',
  (character) => {
    const insufficient_data_actions = Array.from({ length: 20 }, (_, n) =>
      `https://a.example/${n}`.padEnd(2048),
    );
    const facts = largestFacts(character);
    const rule = { ...facts.rule, timeout: 60 };
    const alarm = alarmWith({ ...facts, rule, insufficient_data_actions, ...armed });
    const decision = decideTimeout(alarm, armed.timer_at, armed.timer_at);
    if (decision.kind !== 'fired') throw new Error(decision.kind);
    const { row, to } = decision.firing;
    const bytes = rowBytes({ row, to }) + bytesOf(to);
    expect(timeoutsPerTransaction * bytes).toBeLessThan(4_000_000);
    // Each writes an alarm and a record.
    expect(2 * timeoutsPerTransaction).toBeLessThanOrEqual(mostActions);
  },
);

/** The size of an item in DynamoDB, which counts texts as they are, not as JSON writes them. */
const rowBytes = ({ row }: Pick<Firing<OutboxRow>, 'row' | 'to'>): number =>
  Buffer.byteLength(row.body) +
  Buffer.byteLength(row.detail) +
  bytesOf({ ...row, body: '', detail: '' });

test.each<[string, Partial<RuleCondition>[]]>([
  ['many long conditions', Array.from({ length: 20 }, () => ({ value: 'x'.repeat(1000) }))],
])('a rule of %s is refused, because every notification repeats it', (_, given) => {
  const query = given.map((condition) => ({ field: 'traits.name', ...condition }));
  const { facts } = readAlarm({ name: 'n', type: 'event', event_rule: { query } });
  const check = () => checkFacts({ ...facts, project_id: 'a', user_id: 'u' }, true);
  expect(check).toThrow('The rule is larger than 16384 bytes.');
});

test.each(['project_id', 'tenant_id', 'resource_id', 'instance_id'])(
  'an event whose %s is longer than any valid id is refused',
  (name) => {
    const traits = (length: number) => [[name, 1, 'x'.repeat(length)]];
    const element = { message_id: 'm', event_type: 't' };
    expect(receive({ ...element, traits: traits(255) }, minute(1)).ok).toBe(true);
    const received = receive({ ...element, traits: traits(256) }, minute(1));
    expect(received).toMatchObject({ ok: false, reason: expect.stringContaining('255') });
  },
);
