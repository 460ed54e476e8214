/** The checks of Consul's watch. */
import { expect, test } from 'vitest';
import { createSurface } from '../../../adapters/http/surface.ts';
import { defaultSettings } from '../../../domain/conditions/source.ts';
import type { ConditionReport } from '../../../flows/report-conditions.ts';
import { consulRoutes, readChecks } from '../../../functions/monitors/consul.ts';
import { call, quiet } from '../call.ts';
import sample from './samples/consul-critical.json' with { type: 'json' };

const [check] = sample;

test('a critical serfHealth is a fault of the node', () => {
  expect(readChecks(sample)).toEqual([
    {
      kind: 'observation',
      observation: {
        key: 'serfHealth',
        status: 'raised',
        target: { kind: 'host', host: 'compute-1' },
        effect: 'host_down',
        severity: 'critical',
        cause: 'Agent not live or unreachable',
        observed_at: null,
        fenced: null,
      },
    },
  ]);
});

test.each(['passing', 'warning'])('a serfHealth that is %s has ended', (Status) => {
  expect(readChecks([{ ...check, Status }])).toMatchObject([
    { observation: { status: 'cleared' } },
  ]);
});

test.each([
  ['the check of a service', { ...check, CheckID: 'service:web' }, 'Only serfHealth'],
  ['a node that no host can be', { ...check, Node: 'a b' }, 'Node names no host.'],
  ['a check without a status', { ...check, Status: undefined }, 'Status'],
  ['no check at all', 'x', ''],
])('%s is not matched, and the others are read', (_, item, reason) => {
  expect(readChecks([item, check])).toMatchObject([
    { kind: 'unmatched', reason: expect.stringContaining(reason) },
    { kind: 'observation' },
  ]);
});

test.each([[[]], [null]])('%j is an empty list', (body) => {
  expect(readChecks(body)).toEqual([]);
});

/** A surface that records its snapshots; it has no other reports. */
function monitors() {
  const reports: ConditionReport[] = [];
  const surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: async () => ({
      ...{ user_id: 'm', user_name: 'm', project_id: 'a', roles: ['monitor'] },
    }),
    routes: consulRoutes({
      source: async (name) => ({ ...defaultSettings, name }),
      reportConditions: async () => Promise.reject(new Error('It is a snapshot.')),
      reportSnapshot: async (report) => {
        reports.push(report);
        return [];
      },
      interrupted: () => undefined,
      now: () => '2026-11-26T17:00:00.000Z',
    }),
  });
  const post = (body: unknown, query: Record<string, string[]> = {}) =>
    call(surface, {
      ...{ method: 'POST', path: '/doctor/v1/consul', query, body },
      headers: { 'X-Auth-Token': 'm' },
    });
  return { post, reports };
}

test.each([
  [{}, 'consul'],
  [{ source: ['dc1'] }, 'consul/dc1'],
])('a list with the query %j is a snapshot of %s', async (query, source) => {
  const { post, reports } = monitors();
  expect((await post(sample, query)).status).toBe(200);
  expect(reports.map((report) => [report.source.name, report.items.length])).toEqual([[source, 1]]);
});

test.each([[{}], ['text'], [7]])('%j is refused, and clears nothing', async (body) => {
  const { post, reports } = monitors();
  expect((await post(body)).status).toBe(400);
  expect(reports).toEqual([]);
});
