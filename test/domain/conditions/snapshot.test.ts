/** A report that is the whole state of its source. */
import { expect, test } from 'vitest';
import type { ReportItem } from '../../../domain/conditions/observation.ts';
import { endsOfUnlisted, type KnownCondition } from '../../../domain/conditions/snapshot.ts';
import { defaultSettings } from '../../../domain/conditions/source.ts';
import type { ConditionReport, ItemOutcome } from '../../../flows/report-conditions.ts';
import { reportSnapshot } from '../../../flows/report-snapshot.ts';

const facts = (host: string, key = 'serfHealth') => ({
  ...{ key, target: { kind: 'host' as const, host }, effect: 'host_down' as const },
  ...{ severity: 'critical' as const, fenced: null },
});
const known = (host: string, key?: string): KnownCondition => ({
  ...facts(host, key),
  state: 'raised',
});
const raised = (host: string, key?: string): ReportItem => ({
  kind: 'observation',
  observation: { ...facts(host, key), status: 'raised', cause: '', observed_at: null },
});
const end = (host: string, key?: string) => ({
  kind: 'observation',
  observation: { ...facts(host, key), status: 'cleared', cause: 'It is no longer listed.' },
});

test.each([
  ['is still listed', [raised('a')], [known('a')], []],
  ['is listed in another case', [raised('A')], [known('a')], []],
  ['is no longer listed', [raised('a')], [known('a'), known('b')], [end('b')]],
  ['is not listed under its key', [raised('a')], [known('a', 'other')], [end('a', 'other')]],
  ['was raised by an empty list before', [], [known('a')], [end('a')]],
  ['had ended before', [], [{ ...known('a'), state: 'cleared' as const }], []],
] as const)('a condition that %s', (_, items, before, ends) => {
  expect(endsOfUnlisted(items, before)).toMatchObject(ends);
  expect(endsOfUnlisted(items, before)).toHaveLength(ends.length);
});

test('the ends are reported after the items, in one report of the source', async () => {
  const reports: ConditionReport[] = [];
  const deps = {
    raisedBy: async (source: string) => (source === 'consul' ? [known('gone')] : []),
    reportConditions: async (report: ConditionReport): Promise<ItemOutcome[]> => {
      reports.push(report);
      return [];
    },
  };
  const actor = { user_id: 'm', request_id: 'r', at: '2026-11-26T17:00:00.000Z' };
  const reporter = { user_id: 'm', user_name: 'm', project_id: 'p' };
  const source = { ...defaultSettings, name: 'consul' };
  await reportSnapshot(deps, { source, actor, reporter, items: [raised('a')] });
  expect(reports.map(({ items }) => items)).toMatchObject([[raised('a'), end('gone')]]);
});
