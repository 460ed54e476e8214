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

test('an element becomes an event without a stamp and without a fault', () => {
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
  ['the signature of the message bus is dropped', { ...element, message_signature: 'abc' }],
  ['the raw notification is dropped', { ...element, raw: { ctxt: { auth_token: 'secret' } } }],
  ['a sender cannot set the fault or the stamp', { ...element, fault_id: 'x', stamp: 'x' }],
])('%s', (_, given) => {
  expect(receive(given, now)).toEqual(receive(element, now));
});

test.each([
  ['traits may be missing', { ...element, traits: undefined }, { traits: [] }],
  ['traits may be null', { ...element, traits: null }, { traits: [] }],
  [
    'an event without a time happened now',
    { ...element, generated: undefined },
    { generated: '2026-01-01T00:00:01.500000' },
  ],
  [
    'a trait whose value does not fit its type is accepted',
    traits(['n', 2, 'abc']),
    { traits: [['n', 2, 'abc']] },
  ],
  [
    'texts may be longer than 255 characters',
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
  ['an event without an id', { ...element, message_id: undefined }, /^message_id: /],
  ['an event whose id is a number', { ...element, message_id: 5 }, /^message_id: /],
  ['an event whose id is empty', { ...element, message_id: '' }, /^message_id: /],
  ['an event whose id is too long', { ...element, message_id: 'x'.repeat(256) }, /^message_id: /],
  ['an event without a type', { ...element, event_type: undefined }, /^event_type: /],
  [
    'an event whose type cannot be an attribute of a message',
    { ...element, event_type: 'a\u0000' },
    /^event_type: .*control/,
  ],
  ['an event whose time is not a text', { ...element, generated: 5 }, /^generated: /],
  ['an event whose traits are a map', { ...element, traits: { state: 'error' } }, /^traits: /],
  ['an event with a trait without a value', traits(['state', 1, 'x'], ['state', 1]), /^traits\.1/],
  ['an event with a trait of four elements', traits(['state', 1, 'x', 'y']), /^traits\.0/],
  [
    'an event with a trait whose type is a word',
    traits(['state', 'string', 'x']),
    /^traits\.0\.1: /,
  ],
  ['an event with a trait that holds a list', traits(['ids', 1, ['a']]), /^traits\.0\.2: /],
  [
    'an event with an infinite number',
    traits(['n', 3, Number.POSITIVE_INFINITY]),
    /^traits\.0\.2: /,
  ],
  [
    'an event whose project cannot be an attribute of a message',
    traits(['project_id', 1, 'a\ud800']),
    /^traits\.0: .*control/,
  ],
  ['an event that is too large', traits(['a', 1, 'ä'.repeat(33_000)]), /66\d{3} bytes/],
])('%s is refused with a reason', (_, given, reason) => {
  expect(receive(given, now)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
});

test('any element becomes a valid event, or is refused with a short reason', () => {
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
])('a request may contain %s', (_, body, elements) => {
  expect(OutsideEvents.parse(body)).toEqual(elements);
});

test.each([
  ['text', 'x'],
  ['null', null],
  ['a number', 5],
])('a request with %s is refused', (_, body) => {
  expect(OutsideEvents.safeParse(body).error?.issues[0]?.message).toMatch(/an event or a list/);
});

test('the dead letter of an element that is nested too deeply does not contain the element', () => {
  const nested: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  const given = { ...element, event_type: '', raw: nested };
  expect(deadLetterOf(given, 'r')).toEqual({ reason: 'r', element: expect.stringMatching(/deep/) });
  expect(receive({ ...element, raw: nested }, now)).toMatchObject({ ok: true });
});

test('an event of exactly the largest size is accepted', () => {
  const room = maxEventBytes - JSON.stringify(receiveText('')).length;
  expect(receive(traits(['a', 1, 'x'.repeat(room)]), now)).toMatchObject({ ok: true });
  expect(receive(traits(['a', 1, 'x'.repeat(room + 1)]), now)).toMatchObject({ ok: false });
});

function receiveText(text: string) {
  const received = receive(traits(['a', 1, text]), now);
  return received.ok ? received.event : undefined;
}
