import { beforeEach, expect, test } from 'vitest';
import type { Host } from '../../domain/hosts/host.ts';
import { makeTargets, type Targets } from '../../flows/choose-target.ts';
import { hostWith } from '../domain/rows.ts';

let hosts: Map<string, Host>;
let counts: Record<string, number>;
let counted: number;
let clock: number;
let targets: Targets;

const put = (host: string, given: Partial<Host> = {}) =>
  hosts.set(host, hostWith({ ...given, host }));

beforeEach(() => {
  hosts = new Map();
  for (const host of ['source', 'a', 'b', 'c']) put(host);
  counts = { source: 0, a: 3, b: 1, c: 2 };
  counted = 0;
  clock = 0;
  targets = makeTargets({
    allHosts: async () => [...hosts.values()],
    countsOn: async (names) => {
      counted++;
      return new Map(names.map((name) => [name, counts[name] ?? 0]));
    },
    host: async (name) => hosts.get(name),
    stateOf: ({ forced_down }) => (forced_down ? 'down' : 'up'),
    clock: () => clock,
  });
});

const choose = async () => (await targets.choose('source'))?.host;

test('instances are spread over the hosts, although they are counted only every few seconds', async () => {
  const chosen: (string | undefined)[] = [];
  for (let n = 0; n < 6; n++) {
    const host = await choose();
    chosen.push(host);
    targets.placed(host ?? '');
  }
  expect(chosen).toEqual(['b', 'b', 'c', 'a', 'b', 'c']);
  expect(counted).toBe(1);
  clock = 5_000;
  counts.c = 0;
  expect(await choose()).toBe('c');
  expect(counted).toBe(2);
});

test.each<Partial<Host>>([
  { forced_down: true },
  { status: 'disabled' },
  { maintenance: true },
  { deleted: true },
])('a host that has become %o is not chosen', async (given) => {
  expect(await choose()).toBe('b');
  put('b', given);
  expect(await choose()).toBe('c');
});

test('all hosts are counted again before the answer that there is no target', async () => {
  for (const host of ['a', 'b', 'c']) put(host, { status: 'disabled' });
  expect(await choose()).toBeUndefined();
  put('a');
  expect(await choose()).toBe('a');
});
