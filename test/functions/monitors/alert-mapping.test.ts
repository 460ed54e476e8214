/** The rules of an operator for the alerts of a source. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsed } from '../../../adapters/http/parsed.ts';
import { AlertMapping } from '../../../functions/monitors/alert-mapping.ts';
import { observe } from '../../../functions/monitors/observe-alert.ts';
import { observations, reading, reasons } from './alert-samples.ts';

const item = {};
const read = (given: Record<string, string>, mapping: unknown, type?: string) => [
  observe(
    {
      ...{ key: 'k', status: 'raised', cause: '', observed_at: null, item },
      labels: new Map(Object.entries(given)),
    },
    reading(mapping, type),
  ),
];
const first = (...given: Parameters<typeof read>) => observations(read(...given))[0];

const bmc = { alertname: 'BmcPower', bmc: 'ipmi-compute-7.mgmt', severity: 'warning' };
const rules = [
  {
    match: { alertname: 'BmcPower' },
    target: { label: 'bmc', pattern: 'ipmi-(.+)\\.mgmt' },
    effect: 'host_down',
    severity: 'critical',
    fenced: true,
  },
  { match: { alertname: { pattern: 'Tunnel.*' } }, effect: 'host_data_plane' },
  {
    match: { port_uuid: { pattern: '.+' } },
    target: { label: 'port_uuid' },
    effect: 'port_status',
  },
  { match: { vm: { pattern: '.+' } }, target: { label: 'vm' }, effect: 'server_error' },
];

test('a rule gives target, effect, severity and fencing', () => {
  expect(first(bmc, { rules })).toMatchObject({
    target: { kind: 'host', host: 'compute-7' },
    effect: 'host_down',
    severity: 'critical',
    fenced: true,
  });
});

test.each([
  [
    { alertname: 'TunnelDown', host: 'a' },
    { target: { host: 'a' }, effect: 'host_data_plane' },
  ],
  [{ port_uuid: 'p' }, { target: { kind: 'port', port_id: 'p' }, effect: 'port_status' }],
  [{ vm: 's' }, { target: { kind: 'server', server_id: 's' }, effect: 'server_error' }],
  [
    { alertname: 'HostDown', host: 'a' },
    { target: { host: 'a' }, effect: 'host_down', fenced: null },
  ],
])('the first rule that matches counts, else the default: %j', (given, expected) => {
  expect(first(given, { rules })).toMatchObject(expected);
});

test('fields that a rule leaves out are as without rules', () => {
  const found = first({ ...bmc, host: 'a' }, { rules: [{ match: { alertname: 'BmcPower' } }] });
  expect(found).toMatchObject({
    ...{ target: { host: 'a' }, effect: 'host_down', severity: 'warning', fenced: null },
  });
});

test('a pattern matches the whole value, as in Prometheus', () => {
  const mapping = { rules: [{ match: { job: { pattern: 'node' } }, effect: 'none' }] };
  expect(first({ job: 'node', host: 'a' }, mapping)?.effect).toBe('none');
  expect(first({ job: 'node-exporter', host: 'a' }, mapping)?.effect).toBe('host_down');
});

test('all labels of a rule must match; an empty value matches an alert without the label', () => {
  const mapping = { rules: [{ match: { job: 'node', team: '' }, effect: 'none' }] };
  expect(first({ job: 'node', host: 'a' }, mapping)?.effect).toBe('none');
  expect(first({ job: 'node', team: 'x', host: 'a' }, mapping)?.effect).toBe('host_down');
  expect(first({ host: 'a' }, mapping)?.effect).toBe('host_down');
});

test('a label named as a property of objects is a label', () => {
  const mapping = { rules: [{ match: { constructor: 'x' }, effect: 'none' }] };
  expect(first({ host: 'a' }, mapping)?.effect).toBe('host_down');
});

test('a value of more than 1,024 characters matches no pattern: the time of a match is bounded', () => {
  const mapping = { rules: [{ match: { a: { pattern: '.*' } }, effect: 'none' }] };
  expect(first({ a: 'x'.repeat(1_024), host: 'a' }, mapping)?.effect).toBe('none');
  expect(first({ a: 'x'.repeat(1_025), host: 'a' }, mapping)?.effect).toBe('host_down');
});

test('a rule for every alert has no labels to match', () => {
  expect(first({ host: 'a' }, { rules: [{ effect: 'none' }] })?.effect).toBe('none');
});

test('otherwise unmatched: an alert that no rule matches is not for Doctor', () => {
  const mapping = { rules, otherwise: 'unmatched' };
  expect(reasons(read({ alertname: 'DiskFull', host: 'a' }, mapping))).toEqual([
    'No rule of the source matches the labels.',
  ]);
  expect(first(bmc, mapping)).toBeDefined();
});

test.each([
  ['the label is missing', { alertname: 'BmcPower' }, /names the target: bmc/],
  ['the pattern does not match', { ...bmc, bmc: 'compute-7' }, /label bmc names no target/],
  ['the captured group is empty', { ...bmc, bmc: 'x' }, /label bmc names no target/],
])('%s: the alert is unmatched', (_, given, reason) => {
  const rule = { ...rules[0], target: { label: 'bmc', pattern: '(?:ipmi-(.+)\\.mgmt|x)' } };
  expect(reasons(read(given, { rules: [rule] }))).toEqual([expect.stringMatching(reason)]);
});

test('a name that no row can have is unmatched', () => {
  expect(reasons(read({ host: 'x'.repeat(256) }, {}))).toHaveLength(1);
  expect(reasons(read({ host: 'a\u0000' }, {}))).toHaveLength(1);
});

const ruled = (rule: object) => ({ rules: [rule] });
const labelled = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, 'x']));

test.each([
  ['no RE2 pattern', ruled({ target: { label: 'a', pattern: '(' } }), /rules.0.target.pattern/],
  ['a look-ahead', ruled({ match: { a: { pattern: '(?=x)' } } }), /rules.0.match.a.pattern.*RE2/],
  [
    'a pattern too long',
    ruled({ match: { a: { pattern: 'x'.repeat(256) } } }),
    /match.a.pattern.*255/,
  ],
  [
    'a pattern too large',
    ruled({ match: { a: { pattern: 'x{1000}' } } }),
    /match.a.pattern.*too long/,
  ],
  ['a number to match', ruled({ match: { a: 1 } }), /match.a.*Must be a text/],
  ['more than a pattern', ruled({ match: { a: { pattern: 'x', x: 1 } } }), /match.a.*only a/],
  ['an unknown effect', ruled({ effect: 'reboot' }), /rules.0.effect/],
  ['an unknown severity', ruled({ severity: 'page' }), /rules.0.severity/],
  ['fencing that is no boolean', ruled({ fenced: 'yes' }), /rules.0.fenced/],
  ['a target without a label', ruled({ target: {} }), /rules.0.target.label/],
  ['a misspelt key', ruled({ effekt: 'none' }), /rules.0.effekt/],
  ['a misspelt key beside the rules', { rule: [] }, /rule/],
  ['too many labels', ruled({ match: labelled(9) }), /match.*At most 8 labels/],
  ['too many rules', { rules: Array(33).fill({}) }, /rules.*At most 32 rules/],
  ['another default', { otherwise: 'drop' }, /otherwise/],
  ['a list', [], /mapping/],
])('a mapping with %s is refused, with its field', (_, mapping, message) => {
  expect(() => parsed(AlertMapping, mapping, 'mapping')).toThrow(message);
});

test('the largest mapping is accepted', () => {
  const rule = { match: labelled(8), target: { label: 'a', pattern: '(.*)' }, effect: 'none' };
  expect(AlertMapping.safeParse({ rules: Array(32).fill(rule) }).success).toBe(true);
});

test('any value is either read as a mapping or refused', () => {
  fc.assert(fc.property(fc.jsonValue(), (given) => void AlertMapping.safeParse(given)));
});
