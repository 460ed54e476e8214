import { linkTo } from '../../links.ts';
import { Badge, ShortId, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { type HistoryEntry, happening, whoOf } from './happenings.ts';

type TimeLineProps = {
  readonly history: readonly HistoryEntry[];
  readonly names: ReadonlyMap<string, string>;
  readonly more: (() => void) | undefined;
};

/** The history of a host with the caller and the request of each entry, newest first. */
export const TimeLine = ({ history, names, more }: TimeLineProps) => (
  <Table
    label="What happened"
    rows={history.map((entry) => ({ ...entry, ...happening(entry, names) }))}
    keyOf={({ at, state, fault_id, server_id }) => `${at} ${state} ${fault_id ?? server_id}`}
    empty="Nothing has happened to this host."
    more={more}
    columns={[
      { title: 'Time', cell: ({ at }) => <Time at={at} /> },
      { title: 'State', cell: ({ state }) => <Badge state={state} /> },
      {
        title: 'What',
        cell: ({ what, fault_id }) =>
          fault_id === null ? what : <a href={linkTo(['faults', fault_id])}>{what}</a>,
      },
      { title: 'Who', cell: (entry) => <Known id={whoOf(entry)} />, minor: true },
      { title: 'Request', cell: ({ request_id }) => <Known id={request_id ?? ''} />, minor: true },
    ]}
  />
);

const Known = ({ id }: { id: string }) => (id === '' ? '–' : <ShortId id={id} />);
