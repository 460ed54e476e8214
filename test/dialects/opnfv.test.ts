/** The three forms of OPNFV Doctor's southbound interface. */
import { expect, test } from 'vitest';
import { parseOpnfv } from '../../dialects/opnfv.ts';

const details = {
  hostname: 'compute-1',
  status: 'down',
  monitor: 'monitor_sample',
  monitor_event_id: 'monitor_sample_event1',
};
const event = { time: '2026-11-22T22:57:11.347064', type: 'compute.host.down', details };
const observation = {
  key: 'monitor_sample monitor_sample_event1',
  status: 'raised',
  target: { kind: 'host', host: 'compute-1' },
  effect: 'host_down',
  severity: 'critical',
  cause: '',
  observed_at: '2026-11-22T22:57:11.347064',
  fenced: null,
};

test.each([
  ['a list of events', [event]],
  ['an event by itself', event],
  ['an event in `event`', { event }],
  ['a list in `events`', { events: [event] }],
])('%s is one observation', (_, body) => {
  expect(parseOpnfv(body)).toEqual([{ kind: 'observation', observation }]);
});

const withDetails = (more: object) => ({ ...event, details: { ...details, ...more } });

test.each([
  ['a number as event id', { monitor: 'zabbix', monitor_event_id: 1042 }, { key: 'zabbix 1042' }],
  [
    'no event id',
    { monitor_event_id: undefined, hostname: 'Compute-1' },
    { key: 'monitor_sample compute-1 compute.host.down' },
  ],
  [
    'the document’s monitor_id',
    { monitor: undefined, monitor_id: 'm-1' },
    { key: 'm-1 monitor_sample_event1' },
  ],
  ['the end', { status: 'up' }, { status: 'cleared' }],
  ['a severity in upper case', { severity: 'MAJOR' }, { severity: 'major' }],
  ['a severity that X.733 does not have', { severity: 'page' }, { severity: 'indeterminate' }],
  ['fencing', { fenced: true }, { fenced: true }],
  ['a cause', { cause: 'link-down' }, { cause: 'link-down' }],
])('%s is understood', (_, more, expected) => {
  expect(parseOpnfv(withDetails(more))).toMatchObject([{ observation: expected }]);
});

test.each([
  ['another type', { ...event, type: 'compute.port.down' }, /type compute.port.down/],
  ['no host name', withDetails({ hostname: undefined }), /hostname/],
  ['another status', withDetails({ status: 'DOWN?' }), /neither down nor up/],
  ['no details', { type: 'compute.host.down' }, /details/],
])('%s is unmatched, with the reason and the item', (_, item, reason) => {
  expect(parseOpnfv([item, event])).toMatchObject([
    { kind: 'unmatched', reason: expect.stringMatching(reason), item },
    { kind: 'observation' },
  ]);
});

test.each([
  ['a text', 'x'],
  ['nothing', undefined],
  ['an empty object', {}],
])('%s is refused', (_, body) => {
  expect(() => parseOpnfv(body)).toThrow(/Invalid input/);
});
