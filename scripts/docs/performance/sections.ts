/** The generated parts of docs/performance.md, by the names of their places. */

import { coldStart, hops } from '../../../bench/aws/hops.ts';
import { bill, reportTimes, targets } from '../../../bench/aws/modelled.ts';
import { pricedAt, prices } from '../../../bench/aws/prices.ts';
import { sequence } from '../../../bench/aws/sequence.ts';
import { isMet, rounded } from '../../../bench/figures.ts';
import type { KeptResults } from '../../../bench/results.ts';
import { table } from '../markdown.ts';

const runs = 100_000;

const dollars = (value: number): string =>
  value < 0.01 ? `$${value.toPrecision(2)}` : `$${value.toFixed(value < 100 ? 2 : 0)}`;

/** The scenarios that have their own tables. */
const elsewhere = ['coldstart', 'aws', 'console', 'trace'];

/** The figures of the scenarios, each with its target. */
export function scenarioTable(results: KeptResults, order: readonly string[]): string {
  const shown = order.filter((name) => !elsewhere.includes(name));
  const missing = shown.filter((name) => !results[name]);
  const rows = shown.flatMap((name) =>
    (results[name]?.figures ?? []).map((figure) => [
      name,
      figure.figure,
      `${rounded(figure.value)}${figure.unit === 'count' ? '' : ` ${figure.unit}`}`,
      figure.target === undefined ? '' : `${rounded(figure.target)}`,
      figure.target === undefined ? '' : isMet(figure) ? 'yes' : '**no**',
    ]),
  );
  return [
    table(['scenario', 'figure', 'value', 'at most', 'met'], rows),
    ...(missing.length > 0 ? [`Not measured yet: ${missing.join(', ')}.`] : []),
    runsTable(results, shown),
  ].join('\n\n');
}

/** When and where each scenario was measured. */
const runsTable = (results: KeptResults, names: readonly string[]): string =>
  table(
    ['scenario', 'measured', 'commit', 'machine', 'load before, after'],
    names.flatMap((name) => {
      const run = results[name];
      if (!run) return [];
      const machine = `${run.cores} cores (${run.cpu}), Node ${run.node}`;
      return [[name, run.at.slice(0, 16), run.commit, machine, `${run.load}, ${run.loadAtEnd}`]];
    }),
  );

/**
 * Bundles in kB before ADR 0034, and their starts divided by that of an empty function. They were
 * measured on 2026-11-26, in one run with the figures after that ADR.
 */
const before: Readonly<Record<string, readonly [kilobytes: number, times: number]>> = {
  'alarm-evaluator': [537, 3.25],
  alarming: [678, 3.66],
  compute: [695, 3.84],
  doctor: [589, 3.68],
  'fault-finisher': [433, 2.9],
  identity: [438, 2.94],
  network: [500, 3.16],
  reconciler: [446, 3.23],
  sweeper: [474, 3.18],
  'webhook-sender': [500, 3.38],
};

/** The bundles and starts of the functions. */
export function coldStartTable(results: KeptResults): string {
  const run = results.coldstart;
  if (!run) return 'Not measured yet.';
  const value = (figure: string) => run.figures.find((each) => each.figure === figure)?.value ?? 0;
  const quiet = value('quiet: empty function, start');
  /** Empty in results from before bundles were split. */
  const laterOf = (name: string): string => {
    const later = run.figures.find(({ figure }) => figure === `${name}, loaded later`);
    return later ? `${Math.round(later.value)}` : '';
  };
  const names = run.figures.flatMap(({ figure }) => /^(.*), bundle$/.exec(figure)?.[1] ?? []);
  return [
    `An empty function: ${quiet} ms. Load before and after: ${run.load}, ${run.loadAtEnd}.`,
    table(
      [
        ...['function', 'bundle before, kB', 'loaded at the start now, kB', 'later, kB'],
        ...['start before, by an empty function', 'start now', 'start now, ms of processor time'],
      ],
      names.map((name) => {
        const start = value(`${name}, start`);
        const [kilobytes, times] = before[name] ?? ['', ''];
        return [
          ...[name, `${kilobytes}`, `${Math.round(value(`${name}, bundle`))}`],
          laterOf(name),
          ...[times === '' ? '' : `${times} ×`, `${rounded(start / quiet)} ×`, `${start}`],
        ];
      }),
    ),
  ].join('\n\n');
}

/**
 * The views of the console: the time from the click on a link to the frame that shows the whole
 * view.
 */
export function consoleTable(results: KeptResults): string {
  const run = results.console;
  if (!run) return 'Not measured yet.';
  const { at, commit, cores, cpu, node, load, loadAtEnd, figures } = run;
  const value = (name: string) => figures.find(({ figure }) => figure === name)?.value;
  const rows = figures.flatMap((figure) => {
    const view = /^((?:tenant: )?[^:]*) p50$/.exec(figure.figure)?.[1];
    if (view === undefined) return [];
    const drawn = value(`${view}: drawing p50`);
    return [[view, `${figure.value}`, `${drawn ?? ''}`, isMet(figure) ? 'yes' : '**no**']];
  });
  return [
    `Measured ${at.slice(0, 16)}, commit ${commit}, ${cores} cores (${cpu}), Node ${node}, load before and after: ${load}, ${loadAtEnd}.`,
    table(['view', 'ms', 'of it drawing', 'within a second'], rows),
  ].join('\n\n');
}

const source = ({ text, url, kind }: { text: string; url?: string; kind: string }): string =>
  `${kind}: ${url ? `[${text}](${url})` : text}`;

/** The hops of the sequence, and their sum. */
export function awsTimes(): string {
  const { warm, cold } = reportTimes(runs);
  const met = (value: number, target: number): string => (value <= target ? 'yes' : '**no**');
  const names = new Map(Object.entries(hops));
  return [
    table(
      ['hop', 'p50, ms', 'p99, ms', 'source'],
      [
        ...[...names].map(([name, hop]) => [name, `${hop.p50}`, `${hop.p99}`, source(hop.source)]),
        [
          `cold start (${coldStart.share * 100} % of the invocations)`,
          `${coldStart.p50}`,
          `${coldStart.p99}`,
          source(coldStart.source),
        ],
      ],
    ),
    table(
      ['', 'stage', 'hops', 'p50 of one, ms'],
      sequence.map(({ what: stage, hops: its, beside }, n) => {
        const [name = ''] = its;
        const what = beside ? `${stage} (branch ${beside})` : stage;
        const shown = its.length > 1 ? `${its.length} × ${name}` : name;
        return [`${n + 1}`, what, shown, `${names.get(name)?.p50 ?? ''}`];
      }),
    ),
    table(
      ['report to subscriber', 'ms', 'at most', 'met'],
      [
        ['p50, warm functions', `${warm.p50}`, `${targets.p50}`, met(warm.p50, targets.p50)],
        ['p99, warm functions', `${warm.p99}`, `${targets.p99}`, met(warm.p99, targets.p99)],
        ['p50, some cold', `${cold.p50}`, `${targets.p50}`, met(cold.p50, targets.p50)],
        ['p99, some cold', `${cold.p99}`, `${targets.p99}`, met(cold.p99, targets.p99)],
      ],
    ),
  ].join('\n\n');
}

/** The list prices, and the cost of each item. */
export function awsBill(): string {
  const unmatchedMet =
    bill.unmatched <= targets.unmatchedDollars ? 'at most $1.50: yes' : 'at most $1.50: **no**';
  return [
    `List prices of us-east-1, ${pricedAt}, without free tier and discounts:`,
    table(
      ['unit', 'dollars a million'],
      Object.entries(prices).map(([unit, price]) =>
        unit === 'log GB'
          ? ['a GB of log', `${price} each`]
          : [unit, `${Number((price * 1_000_000).toPrecision(6))}`],
      ),
    ),
    table(
      ['what', 'costs', 'target'],
      [
        [
          'a million events from outside that no alarm matches',
          dollars(bill.unmatched),
          unmatchedMet,
        ],
        ['an event that fires one alarm, over SNS', dollars(bill.matched), ''],
        ['a fault of a host with 50 servers, each with an alarm', dollars(bill.fault), ''],
        [
          'a month of provisioned concurrency: one environment each of `compute` and `alarm-evaluator`',
          dollars(bill.warm),
          '',
        ],
        [
          'a month of ten thousand armed alarms on events that do not come, beside the ticks',
          '$0',
          '',
        ],
        ['such an alarm when it fires, over SNS', dollars(bill.timeout), ''],
        ['a month of ticks, whether anything is watched or not', dollars(bill.ticks), ''],
      ],
    ),
    table(
      ['10,000 healthy hosts, watched with `reportMissedHeartbeats`', 'a month'],
      bill.watching.map(({ way, dollars: costs }) => [way, dollars(costs)]),
    ),
    table(
      ['1,000 hosts with heartbeats each 10 s', 'a month'],
      bill.heartbeats.map(({ way, dollars: costs }) => [way, dollars(costs)]),
    ),
  ].join('\n\n');
}
