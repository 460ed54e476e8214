/** The number of rows that a list of conditions reads if its filter drops most of them. */
import { expect, test } from 'vitest';
import { type Condition, placeOfCondition } from '../../../domain/conditions/condition.ts';
import { raiseOnHost } from '../../../domain/conditions/host-condition.ts';
import {
  type ConditionPages,
  mostRead,
  pageOfConditions,
} from '../../../functions/monitors/condition-list.ts';
import { observed, sender, sourceWith } from '../../domain/conditions/reports.ts';
import { hostWith, minute } from '../../domain/rows.ts';

const many = 2_500;

/**
 * A condition that was raised in this minute. Only the oldest condition is about an unreachable
 * host.
 */
function conditionOf(n: number): Condition {
  const effect = n === 0 ? 'host_unreachable' : 'host_down';
  const by = { ...sender(n), source: 'zabbix' };
  const step = raiseOnHost(
    { host: hostWith(), before: undefined },
    observed({ key: `k${n}`, effect }),
    { source: sourceWith('zabbix'), by },
  );
  if (!('condition' in step)) throw new Error('not raised');
  return step.condition;
}

const rows = [...Array(many).keys()].map(conditionOf).reverse();

test('it reads at most a thousand rows, and its next pages reach the requested condition', async () => {
  let read = 0;
  const deps: ConditionPages = {
    condition: async (id) => rows.find(({ condition_id }) => condition_id === id),
    conditionPages: async function* ({ to }, first) {
      const listed = rows.filter((row) => placeOfCondition(row) <= to);
      for (let at = 0; at < listed.length; at += first) {
        const page = listed.slice(at, at + first);
        read += page.length;
        yield page;
      }
    },
    sourceRows: async () => [],
  };
  const pages: { found: number; read: number }[] = [];
  let marker: string | undefined;
  do {
    read = 0;
    const filter = { effect: 'host_unreachable', limit: 100, marker } as const;
    const { conditions, next } = await pageOfConditions(deps, filter, minute(many));
    pages.push({ found: conditions.length, read });
    marker = next;
  } while (marker !== undefined);
  expect(pages.map(({ found }) => found)).toEqual([0, 0, 1]);
  expect(Math.max(...pages.map((page) => page.read))).toBeLessThan(mostRead + 200);
});
