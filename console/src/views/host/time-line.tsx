import type { Fault } from '../../api/answers.ts';
import type { Migration } from '../../api/openstack.ts';
import { linkTo } from '../../links.ts';
import { Badge, ShortId, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { happenings } from './happenings.ts';

type TimeLineProps = {
  readonly faults: readonly Fault[];
  readonly evacuations: readonly Migration[];
  readonly names: ReadonlyMap<string, string>;
};

export const TimeLine = ({ faults, evacuations, names }: TimeLineProps) => (
  <Table
    label="What happened"
    rows={happenings(faults, evacuations, names)}
    keyOf={({ key }) => key}
    empty="Nothing has happened to this host."
    columns={[
      { title: 'Time', cell: ({ at }) => <Time at={at} /> },
      { title: 'State', cell: ({ state }) => <Badge state={state} /> },
      {
        title: 'What',
        cell: ({ what, fault_id }) =>
          fault_id === undefined ? what : <a href={linkTo(['faults', fault_id])}>{what}</a>,
      },
      { title: 'Who', cell: ({ who }) => (who === '' ? '–' : <ShortId id={who} />), minor: true },
      {
        title: 'Request',
        cell: ({ request }) => (request === '' ? '–' : <ShortId id={request} />),
        minor: true,
      },
    ]}
  />
);
