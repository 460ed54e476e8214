/** Events of BMCs: which of them raise or clear a condition of the host, and under which key. */
import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import { defaultSettings } from '../../../domain/conditions/source.ts';
import type { ConditionReport } from '../../../flows/report-conditions.ts';
import { readRedfish, redfishRoutes } from '../../../functions/monitors/redfish.ts';
import { call, quiet } from '../call.ts';
import sample from './samples/redfish-platform-error.json' with { type: 'json' };

const cpu1 = '/redfish/v1/Systems/system/Processors/cpu1';
const dimm0 = '/redfish/v1/Systems/system/Memory/dimm0';
const system = '/redfish/v1/Systems/system';

/** An event of the newer form; undefined members are absent. */
const event = (key: string, severity: string, origin?: string, more: object = {}) => ({
  ...{ EventId: '1', EventType: 'Alert', MessageId: `OpenBMC.0.5.${key}`, Message: 'Words.' },
  ...{ MessageSeverity: severity, MessageArgs: [] },
  ...(origin !== undefined && { OriginOfCondition: { '@odata.id': origin } }),
  ...more,
});
const body = (...Events: unknown[]) => ({ '@odata.type': '#Event.v1_4_0.Event', Id: 7, Events });
const read = (...events: unknown[]) => readRedfish(body(...events), 'compute-1');
const observed = (...events: unknown[]) =>
  read(...events).map((item) =>
    item.kind === 'observation' ? [item.observation.key, item.observation.status] : item.reason,
  );

test("a processor's critical error, as bmcweb sends it, is a fault of the host", () => {
  expect(readRedfish(sample, 'compute-1')).toEqual([
    {
      kind: 'observation',
      observation: {
        key: `processor ${cpu1}`,
        status: 'raised',
        target: { kind: 'host', host: 'compute-1' },
        effect: 'host_down',
        severity: 'critical',
        cause: 'A platform error occurred.',
        observed_at: '2026-11-26T17:00:00Z',
        fenced: null,
      },
    },
  ]);
});

test.each([
  ['SystemPowerLost', undefined, 'power'],
  ['SystemPowerGoodFailed', undefined, 'power'],
  ['DCPowerOff', undefined, 'power'],
  ['ResourcePoweredOff', system, 'power'],
  ['PowerUnitNonRedundantInsufficient', undefined, 'power_supplies'],
  ['PowerSupplyGroupCritical', '/redfish/v1/Chassis/1/PowerSubsystem', 'power_supplies'],
  ['CPUError', undefined, 'processor'],
  ['CPUThermalTrip', cpu1, `processor ${cpu1}`],
  ['MemoryECCUncorrectable', undefined, 'memory'],
  ['MemoryECCUncorrectable', dimm0, `memory ${dimm0}`],
  ['MemoryParityNotKnown', dimm0, `memory ${dimm0}`],
  ['MemoryThermTrip', dimm0, `memory ${dimm0}`],
  ['ResourceStatusChangedCritical', dimm0, `memory ${dimm0}`],
  ['PlatformErrorAtLocation', cpu1, `processor ${cpu1}`],
])('%s of %s raises %s if it is critical', (key, origin, expected) => {
  expect(observed(event(key, 'Critical', origin))).toEqual([[expected, 'raised']]);
  for (const severity of ['Warning', '']) {
    expect(observed(event(key, severity, origin))).toEqual([
      expect.stringContaining('a fault is Critical, and its end is OK'),
    ]);
  }
});

test.each([
  ['ResourceStatusChangedOK', cpu1, `processor ${cpu1}`],
  ['ResourceErrorsCorrected', dimm0, `memory ${dimm0}`],
  ['PlatformError', cpu1, `processor ${cpu1}`],
  ['CPUError', undefined, 'processor'],
  ['DCPowerOn', undefined, 'power'],
  ['ResourcePoweredOn', system, 'power'],
  ['PowerUnitRedundancyRegained', undefined, 'power_supplies'],
  ['PowerSupplyGroupNormal', '/redfish/v1/Chassis/1/PowerSubsystem', 'power_supplies'],
])('%s of %s clears %s if it is OK', (key, origin, expected) => {
  expect(observed(event(key, 'OK', origin))).toEqual([[expected, 'cleared']]);
});

test('a power off that an operator requested is OK in the registry, and no end of a fault', () => {
  expect(observed(event('DCPowerOff', 'OK'), event('ResourcePoweredOff', 'OK', system))).toEqual([
    expect.stringContaining('severity ok'),
    expect.stringContaining('severity ok'),
  ]);
});

test.each([
  ['one of two power supplies', event('PowerSupplyFailed', 'Critical')],
  ['a fan', event('FanRemoved', 'Critical', '/redfish/v1/Chassis/1/Fans/0')],
  [
    'a network card that was switched off',
    event('ResourcePoweredOff', 'Critical', `${system}/NICs/1`),
  ],
  [
    'the state of a disk',
    event('ResourceStatusChangedCritical', 'Critical', `${system}/Storage/1`),
  ],
  ['a general message without an origin', event('ResourceStatusChangedCritical', 'Critical')],
  ['a key that only begins like one', event('CPUErrorRecoverable', 'Critical')],
])('%s says nothing about the host', (_, other) => {
  expect(observed(other)).toEqual([expect.stringContaining('is not one of the messages')]);
});

test('the severity is MessageSeverity, else Severity, in any case', () => {
  const old = { ...event('CPUError', ''), MessageSeverity: undefined, Severity: 'CRITICAL' };
  const both = { ...event('CPUError', 'OK'), Severity: 'Critical' };
  expect(observed(old, both)).toEqual([
    ['processor', 'raised'],
    ['processor', 'cleared'],
  ]);
});

test('the origin may be a text, as bmcweb sends it for its own resources', () => {
  const text = { ...event('ResourceStatusChangedOK', 'OK'), OriginOfCondition: cpu1 };
  expect(observed(text)).toEqual([[`processor ${cpu1}`, 'cleared']]);
});

test('a reference only, and an event without a message, are not matched', () => {
  const reference = { '@odata.id': '/redfish/v1/Systems/system/LogServices/EventLog/Entries/1' };
  expect(observed(reference, {}, 'text', event('CPUError', 'Critical'))).toEqual([
    expect.stringContaining('reference only'),
    expect.stringContaining('MessageId'),
    expect.any(String),
    ['processor', 'raised'],
  ]);
});

test('a report of metrics is not matched', () => {
  const metrics = { '@odata.type': '#MetricReport.v1_3_0.MetricReport', MetricValues: [] };
  expect(readRedfish(metrics, 'h')).toMatchObject([{ kind: 'unmatched' }]);
});

test('without a host in the URL, the host is the Context of the event, or else that of the body', () => {
  const inEvent = event('CPUError', 'Critical', undefined, { Context: 'compute-2' });
  const items = readRedfish(
    { ...body(inEvent, event('CPUError', 'OK')), Context: 'c-1' },
    undefined,
  );
  expect(items).toMatchObject([
    { observation: { target: { host: 'compute-2' } } },
    { observation: { target: { host: 'c-1' } } },
  ]);
  expect(readRedfish(body(inEvent), 'compute-1')).toMatchObject([
    { observation: { target: { host: 'compute-1' } } },
  ]);
  expect(readRedfish(body(event('CPUError', 'Critical')), undefined)).toMatchObject([
    { kind: 'unmatched', reason: 'Context names no host.' },
  ]);
});

/** A surface that records its reports. */
function monitors() {
  const reports: ConditionReport[] = [];
  const surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: async () => ({
      ...{ user_id: 'm', user_name: 'm', project_id: 'a', roles: ['monitor'] },
    }),
    routes: redfishRoutes({
      source: async (name) => ({ ...defaultSettings, name }),
      reportConditions: async (report) => {
        reports.push(report);
        return report.items.map(() => ({
          ...{ outcome: 'raised' as const, reason: null, condition_id: null, fault_id: null },
        }));
      },
      interrupted: () => undefined,
      now: () => '2026-11-26T17:00:00.000Z',
    }),
  });
  const post = (path: string, json: unknown, query: Record<string, string[]> = {}) =>
    call(surface, { method: 'POST', path, query, headers: { 'X-Auth-Token': 'm' }, body: json });
  return { post, reports };
}

test.each([
  ['/doctor/v1/redfish/compute-1', {}, 'redfish/compute-1'],
  ['/doctor/v1/redfish', {}, 'redfish'],
  ['/doctor/v1/redfish', { source: ['dc1'] }, 'redfish/dc1'],
])('POST %s %j is a report of the source %s', async (path, query, source) => {
  const { post, reports } = monitors();
  const answer = await post(path, sample, query);
  expect(answer).toMatchObject({ status: 200, body: { items: [{ outcome: 'raised' }] } });
  expect(reports.map((report) => report.source.name)).toEqual([source]);
});

test.each([
  ['/doctor/v1/redfish/compute-1', {}],
  ['/doctor/v1/redfish/compute-1', []],
  ['/doctor/v1/redfish/compute-1', { Events: {} }],
  ['/doctor/v1/redfish/a%20b', sample],
])('POST %s with %j is refused, and reports nothing', async (path, json) => {
  const { post, reports } = monitors();
  expect((await post(path, json)).status).toBe(400);
  expect(reports).toEqual([]);
});
