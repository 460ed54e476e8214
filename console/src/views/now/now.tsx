import { useEffect } from 'preact/hooks';
import type { Fault } from '../../api/answers/faults.ts';
import { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';
import type { ListedHost } from '../../live/hosts-now.ts';
import { useEvery } from '../../live/use-every.ts';
import { useHosts } from '../../live/use-hosts.ts';
import { type Live, useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section, View } from '../../ui/basics.tsx';
import { FaultTable } from '../faults/fault-table.tsx';
import { HostGrid } from './host-grid.tsx';
import { Rates } from './rates.tsx';

/** Milliseconds between counts of what the feed does not name: hosts that fall silent, and dead letters. */
const everyMs = 10_000;
/** The most open faults that are listed. */
const mostFaults = 20;

/** Hosts fall silent without a change of a row: the counts say it, and then the hosts are read again. */
function useSilence(
  silent: number | undefined,
  { data: hosts, refresh }: Live<readonly ListedHost[]>,
) {
  const shown = hosts?.filter(({ state }) => state === 'silent').length;
  useEffect(() => {
    if (silent !== undefined && shown !== undefined && silent !== shown) refresh();
  }, [silent]);
}

/** What fails at the moment, and how Doctor itself does. */
export function Now() {
  const status = useLive(
    (signal) => ask('GET /doctor/v1/status', { signal }),
    ['hosts', 'servers', 'ports', 'faults'],
  );
  const open = useLive(
    (signal) =>
      ask('GET /doctor/v1/faults', { query: { status: 'open', limit: mostFaults }, signal }),
    ['faults'],
  );
  const hosts = useHosts();
  useEvery(everyMs, status.refresh);
  useSilence(status.data?.hosts.silent, hosts);
  return (
    <View title="Now">
      <Problem text={hosts.error || status.error || open.error} />
      <Counts of={status.data} open={open.data?.faults} />
      <Section title="Hosts">
        {hosts.data ? <HostGrid hosts={hosts.data} /> : <Loading unless={hosts.error} />}
      </Section>
      <Section title="Open faults" aside={<a href={linkTo(['faults'])}>All faults</a>}>
        {open.data ? (
          <FaultTable label="Open faults" faults={open.data.faults} empty="Nothing has failed." />
        ) : (
          <Loading unless={open.error} />
        )}
      </Section>
      <Rates />
    </View>
  );
}

type Status = Awaited<ReturnType<typeof ask<'GET /doctor/v1/status'>>>;

/** Lower bounds are marked: counting has a limit. */
const atLeast = (value: number, complete: boolean): string =>
  `${value.toLocaleString()}${complete ? '' : '+'}`;

type CountsProps = {
  /** Undefined until it is loaded. */
  readonly of: Status | undefined;
  readonly open: readonly Fault[] | undefined;
};

type Card = readonly [title: string, value: string, tone: string, view: string];

/** The cards before their numbers are known: they keep their places. */
const unknown: readonly Card[] = [
  ['Open faults', '…', '', 'faults'],
  ['Hosts', '…', '', 'now'],
  ['Servers', '…', '', 'servers'],
  ['Ports', '…', '', 'ports'],
  ['Dead letters', '…', '', 'delivery'],
];

function cardsOf(
  { hosts, servers, ports, faults, dead_letters }: Status,
  open: readonly Fault[] | undefined,
): readonly Card[] {
  // The API keeps its counts for ten seconds; the list is newer, and shorter than its limit it is
  // all there is.
  const all = open !== undefined && open.length < mostFaults;
  const count = all ? open.length : faults.open;
  const dead = dead_letters.reduce((sum, { count }) => sum + count, 0);
  return [
    ['Open faults', atLeast(count, all || faults.complete), count > 0 ? 'bad' : 'good', 'faults'],
    ['Hosts', hosts.total.toLocaleString(), hosts.down + hosts.silent > 0 ? 'warn' : 'good', 'now'],
    ['Servers', atLeast(servers.total, servers.complete), '', 'servers'],
    ['Ports', atLeast(ports.total, ports.complete), '', 'ports'],
    ['Dead letters', dead.toLocaleString(), dead > 0 ? 'bad' : 'good', 'delivery'],
  ];
}

function Counts({ of, open }: CountsProps) {
  const cards = of ? cardsOf(of, open) : unknown;
  return (
    <ul class="cards" aria-label="Counts">
      {cards.map(([title, value, tone, view]) => (
        <li key={title}>
          <a class={`card ${tone}`} href={linkTo([view])}>
            <strong>{value}</strong>
            <span>{title}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
