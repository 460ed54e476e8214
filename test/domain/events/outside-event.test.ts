import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DoctorEvent } from '../../../domain/events/event.ts';
import {
  deadLetterOf,
  maxEventBytes,
  OutsideEvents,
  receive,
} from '../../../domain/events/outside-event.ts';

const now = '2026-01-01T00:00:01.500Z';
const element = {
  message_id: 'm-1',
  event_type: 'compute.instance.update',
  generated: '2026-01-01T00:00:00.123456',
  traits: [['state', 1, 'error']],
  raw: {},
};

test('an element becomes the event that it tells of, without order and cause', () => {
  expect(receive(element, now)).toEqual({
    ok: true,
    event: {
      message_id: 'm-1',
      event_type: 'compute.instance.update',
      generated: '2026-01-01T00:00:00.123456',
      traits: [['state', 1, 'error']],
      accepted_at: now,
      stamp: null,
      fault_id: null,
    },
  });
});

const traits = (...list: unknown[]) => ({ ...element, traits: list });

test.each([
  ['its signature on the bus is dropped', { ...element, message_signature: 'abc' }],
  ['its raw notification is dropped', { ...element, raw: { ctxt: { auth_token: 'secret' } } }],
  ['it cannot say of itself what Doctor knows', { ...element, fault_id: 'x', stamp: 'x' }],
])('%s', (_, given) => {
  expect(receive(given, now)).toEqual(receive(element, now));
});

test.each([
  ['traits may be missing', { ...element, traits: undefined }, { traits: [] }],
  ['or null', { ...element, traits: null }, { traits: [] }],
  [
    'without a time it happened now',
    { ...element, generated: undefined },
    { generated: '2026-01-01T00:00:01.500000' },
  ],
  [
    'a trait that is not what it claims to be is taken',
    traits(['n', 2, 'abc']),
    { traits: [['n', 2, 'abc']] },
  ],
  [
    'texts may be longer than Ceilometer makes them',
    traits(['ids', 1, 'x'.repeat(60_000)]),
    { traits: [['ids', 1, 'x'.repeat(60_000)]] },
  ],
  ['a name may have new lines', traits(['name', 1, 'a\nb']), { traits: [['name', 1, 'a\nb']] }],
])('%s', (_, given, expected) => {
  expect(receive(given, now)).toMatchObject({ ok: true, event: expected });
});

test.each([
  ['text', 'an event', /object/],
  ['null', null, /object/],
  ['a list', [element], /object/],
  ['an event without id', { ...element, message_id: undefined }, /^message_id: /],
  ['one whose id is a number', { ...element, message_id: 5 }, /^message_id: /],
  ['one whose id is empty', { ...element, message_id: '' }, /^message_id: /],
  ['one whose id is too long', { ...element, message_id: 'x'.repeat(256) }, /^message_id: /],
  ['one without type', { ...element, event_type: undefined }, /^event_type: /],
  [
    'one whose type cannot be sent on',
    { ...element, event_type: 'a\u0000' },
    /^event_type: .*control/,
  ],
  ['one whose time is no text', { ...element, generated: 5 }, /^generated: /],
  ['one whose traits are a map', { ...element, traits: { state: 'error' } }, /^traits: /],
  ['a trait without value', traits(['state', 1, 'x'], ['state', 1]), /^traits\.1/],
  ['a trait with too much', traits(['state', 1, 'x', 'y']), /^traits\.0/],
  ['a trait whose type is a word', traits(['state', 'string', 'x']), /^traits\.0\.1: /],
  ['a trait with a list in it', traits(['ids', 1, ['a']]), /^traits\.0\.2: /],
  ['a number that is none', traits(['n', 3, Number.POSITIVE_INFINITY]), /^traits\.0\.2: /],
  [
    'a project that cannot be sent on',
    traits(['project_id', 1, 'a\ud800']),
    /^traits\.0: .*control/,
  ],
  ['one that is too large', traits(['a', 1, 'ä'.repeat(33_000)]), /66\d{3} bytes/],
])('%s is refused with a reason', (_, given, reason) => {
  expect(receive(given, now)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
});

test('whatever comes is either an event of ours or has a short reason', () => {
  const trait = fc.oneof(fc.anything(), fc.tuple(fc.string(), fc.nat(4), fc.jsonValue()));
  const any = fc.record(
    {
      message_id: fc.oneof(fc.string(), fc.anything()),
      event_type: fc.oneof(fc.string(), fc.anything()),
      generated: fc.oneof(fc.string(), fc.anything()),
      traits: fc.oneof(fc.array(trait), fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(any, fc.anything()), (given) => {
      const received = receive(given, now);
      if (received.ok) expect(DoctorEvent.parse(received.event)).toEqual(received.event);
      else expect(received.reason.length).toBeLessThan(500);
    }),
  );
});

test.each([
  ['a list', [element, 5], [element, 5]],
  ['an empty list', [], []],
  ['one event', element, [element]],
])('a request may hold %s', (_, body, elements) => {
  expect(OutsideEvents.parse(body)).toEqual(elements);
});

test.each([
  ['text', 'x'],
  ['null', null],
  ['a number', 5],
])('a request of %s is none', (_, body) => {
  expect(OutsideEvents.safeParse(body).error?.issues[0]?.message).toMatch(/an event or a list/);
});

test('an element nested beyond all measure is put aside without it', () => {
  const nested: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  const given = { ...element, event_type: '', raw: nested };
  expect(deadLetterOf(given, 'r')).toEqual({ reason: 'r', element: expect.stringMatching(/deep/) });
  expect(receive({ ...element, raw: nested }, now)).toMatchObject({ ok: true });
});

test('an event at the limit is taken', () => {
  const room = maxEventBytes - JSON.stringify(receiveText('')).length;
  expect(receive(traits(['a', 1, 'x'.repeat(room)]), now)).toMatchObject({ ok: true });
  expect(receive(traits(['a', 1, 'x'.repeat(room + 1)]), now)).toMatchObject({ ok: false });
});

function receiveText(text: string) {
  const received = receive(traits(['a', 1, text]), now);
  return received.ok ? received.event : undefined;
}
