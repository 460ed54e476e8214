/** Cards that count what there is: faults, hosts, servers, ports and dead letters. */
import type { Fault } from '../../api/answers/faults.ts';
import type { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';

/** The largest number of open faults in the list. If the list is shorter, its length is the count. */
export const mostFaults = 20;

type Status = Awaited<ReturnType<typeof ask<'GET /doctor/v1/status'>>>;

/** A count that reached the limit of counting is marked as a lower bound. */
const atLeast = (value: number, complete: boolean): string =>
  `${value.toLocaleString()}${complete ? '' : '+'}`;

type CountsProps = {
  /** Undefined until it is loaded. */
  readonly of: Status | undefined;
  readonly open: readonly Fault[] | undefined;
};

type Card = readonly [title: string, value: string, tone: string, view: string];

/** The cards before their numbers are known, so that they do not move afterwards. */
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
  // The API caches its counts for ten seconds. The list is newer, and complete if it is shorter
  // than its limit.
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

export function Counts({ of, open }: CountsProps) {
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
