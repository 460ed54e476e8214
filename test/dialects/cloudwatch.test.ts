/** CloudWatch's alarm state changes, as EventBridge delivers them. */
import { expect, test } from 'vitest';
import { AlarmStateChange, parseAlarm } from '../../dialects/cloudwatch.ts';
import { defaultSettings } from '../../domain/conditions/source.ts';
import { checkMapping } from '../../functions/monitors/mappings.ts';
import { type AlarmGiven, alarmEvent, arn } from '../functions/monitors/alarm-events.ts';

const parse = (given: AlarmGiven, mapping: Readonly<Record<string, unknown>> = {}) =>
  parseAlarm(AlarmStateChange.parse(alarmEvent(given)), { ...defaultSettings, mapping });

const host = 'host=compute-1';

test('an alarm raises the condition of its host, under its ARN, with the order of its state', () => {
  expect(parse({ description: host })).toEqual([
    {
      kind: 'observation',
      observation: {
        key: arn,
        status: 'raised',
        target: { kind: 'host', host: 'compute-1' },
        effect: 'host_down',
        severity: 'critical',
        cause: 'doctor-compute-1: Threshold Crossed: 1 datapoint',
        observed_at: '2026-11-26T17:00:40.123+0000',
        fenced: null,
        order: '2026-11-26T17:00:40.123Z',
      },
    },
  ]);
});

const i1 = 'i-0123456789abcdef0';
const mapping = { instances: { [i1]: 'compute-1' } };

test.each([
  ['OK clears', { value: 'OK', description: host }, { status: 'cleared' }],
  ['a dimension Host', { dimensions: [{ Host: 'compute-2' }] }, { target: { host: 'compute-2' } }],
  ['a dimension host', { dimensions: [{ host: 'compute-2' }] }, { target: { host: 'compute-2' } }],
  ['NodeName', { dimensions: [{ NodeName: 'c-3' }] }, { target: { host: 'c-3' } }],
  ['a mapped instance', { dimensions: [{ InstanceId: i1 }] }, { target: { host: 'compute-1' } }],
  [
    'the description before a dimension',
    { description: host, dimensions: [{ Host: 'compute-2' }] },
    { target: { host: 'compute-1' } },
  ],
  [
    'what the description says besides',
    { description: `Ping. ${host}; effect=host_unreachable, severity=MAJOR fenced=true` },
    { effect: 'host_unreachable', severity: 'major', fenced: true },
  ],
  ['fenced=false', { description: `${host} fenced=false` }, { fenced: false }],
  [
    'an offset',
    { description: host, timestamp: '2026-11-26T19:00:40.000+0200' },
    { order: '2026-11-26T17:00:40.000Z' },
  ],
  [
    'no state time',
    { description: host, timestamp: 'soon' },
    { order: '2026-11-26T17:00:40.000Z' },
  ],
] as const)('%s', (_, given, expected) => {
  expect(parse(given, mapping)).toMatchObject([{ kind: 'observation', observation: expected }]);
});

test('INSUFFICIENT_DATA neither raises nor clears', () => {
  expect(parse({ value: 'INSUFFICIENT_DATA', description: host })).toEqual([]);
});

test.each([
  ['no host', {}, /names no host/],
  [
    'an instance that is not mapped',
    { dimensions: [{ InstanceId: 'i-00000000' }] },
    /names no host/,
  ],
  ['two hosts', { dimensions: [{ Host: 'a' }, { Host: 'b' }] }, /several hosts/],
  ['no name of a host', { description: 'host=-???' }, /names no host/],
  ['an unknown effect', { description: `${host} effect=server_error` }, /effect/],
  ['an unknown state', { value: 'MAYBE', description: host }, /neither ALARM nor OK/],
] as const)('%s is unmatched, with the reason', (_, given, reason) => {
  expect(parse(given)).toMatchObject([
    { kind: 'unmatched', reason: expect.stringMatching(reason) },
  ]);
});

test('a long ARN is cut, and its hash keeps two of them apart', () => {
  const keys = ['a', 'b'].map((last) => {
    const [item] = parse({ arn: `${arn}-${'x'.repeat(255)}${last}`, description: host });
    return item?.kind === 'observation' ? item.observation.key : '';
  });
  expect(keys.map((key) => key.length)).toEqual([255, 255]);
  expect(keys[0]).not.toBe(keys[1]);
});

test('the rules of the source are checked when they are set', () => {
  expect(() => checkMapping('cloudwatch', mapping)).not.toThrow();
  expect(() => checkMapping('cloudwatch', { instances: { compute: 'compute-1' } })).toThrow(
    /mapping/,
  );
  expect(() => checkMapping('cloudwatch', { hosts: {} })).toThrow(/mapping/);
});
