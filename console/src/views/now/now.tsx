import { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';
import { useHosts } from '../../live/use-hosts.ts';
import { useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section, View } from '../../ui/basics.tsx';
import { FaultTable } from '../faults/fault-table.tsx';
import { HostGrid } from './host-grid.tsx';
import { Rates } from './rates.tsx';

/** What fails at the moment, and how Doctor itself does. */
export function Now() {
  const status = useLive(
    (signal) => ask('GET /doctor/v1/status', { signal }),
    ['hosts', 'servers', 'ports', 'faults'],
  );
  const open = useLive(
    (signal) => ask('GET /doctor/v1/faults', { query: { status: 'open', limit: 20 }, signal }),
    ['faults'],
  );
  const hosts = useHosts();
  return (
    <View title="Now">
      <Problem text={hosts.error || status.error || open.error} />
      {status.data && <Counts of={status.data} />}
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

function Counts({ of: { hosts, servers, ports, faults, dead_letters } }: { of: Status }) {
  const dead = dead_letters.reduce((sum, { count }) => sum + count, 0);
  const cards: readonly (readonly [string, string, string, string])[] = [
    [
      'Open faults',
      atLeast(faults.open, faults.complete),
      faults.open > 0 ? 'bad' : 'good',
      'faults',
    ],
    ['Hosts', hosts.total.toLocaleString(), hosts.down + hosts.silent > 0 ? 'warn' : 'good', 'now'],
    ['Servers', atLeast(servers.total, servers.complete), '', 'servers'],
    ['Ports', atLeast(ports.total, ports.complete), '', 'ports'],
    ['Dead letters', dead.toLocaleString(), dead > 0 ? 'bad' : 'good', 'delivery'],
  ];
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
