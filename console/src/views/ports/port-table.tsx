import type { Port } from '../../api/openstack.ts';
import { isOperator } from '../../api/session.ts';
import { linkTo } from '../../links.ts';
import { Badge, ShortId, Time } from '../../ui/basics.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const common: readonly Column<Port>[] = [
  { title: 'Port', cell: ({ id, name }) => <a href={linkTo(['ports'], { id })}>{name || id}</a> },
  { title: 'State', cell: ({ status }) => <Badge state={status} /> },
  {
    title: 'Data plane',
    cell: ({ data_plane_status: status }) => (status ? <Badge state={status} /> : '–'),
  },
];

const host: Column<Port> = {
  title: 'Host',
  cell: (port) => {
    const name = port['binding:host_id'];
    return name ? <a href={linkTo(['hosts', name])}>{name}</a> : '–';
  },
};

const rest: readonly Column<Port>[] = [
  {
    title: 'Server',
    cell: ({ device_id: id }) =>
      id === '' ? (
        '–'
      ) : (
        <a href={linkTo(['servers'], { id })}>
          <ShortId id={id} />
        </a>
      ),
    minor: true,
  },
  { title: 'MAC address', cell: ({ mac_address }) => <code>{mac_address}</code>, minor: true },
  { title: 'Changed', cell: ({ updated_at }) => <Time at={updated_at} /> },
];

type PortTableProps = {
  readonly ports: readonly Port[];
  readonly more?: (() => void) | undefined;
};

export const PortTable = ({ ports, more }: PortTableProps) => (
  <Table
    label="Ports"
    rows={ports}
    columns={[...common, ...(isOperator.value ? [host] : []), ...rest]}
    keyOf={({ id }) => id}
    empty="There is no port."
    more={more}
  />
);
