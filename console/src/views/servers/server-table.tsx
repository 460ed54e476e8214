import type { Server } from '../../api/openstack.ts';
import { isOperator } from '../../api/session.ts';
import { linkTo } from '../../links.ts';
import { Badge, ShortId, Time } from '../../ui/basics.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const common: readonly Column<Server>[] = [
  {
    title: 'Server',
    cell: ({ id, name }) => <a href={linkTo(['servers'], { id })}>{name || id}</a>,
  },
  { title: 'State', cell: ({ status }) => <Badge state={status} /> },
  {
    title: 'Task',
    cell: (server) => server['OS-EXT-STS:task_state'] ?? '–',
    minor: true,
  },
];

const ofOperators: readonly Column<Server>[] = [
  {
    title: 'Host',
    cell: (server) => {
      const host = server['OS-EXT-SRV-ATTR:host'];
      return host ? <a href={linkTo(['hosts', host])}>{host}</a> : '–';
    },
  },
  { title: 'Project', cell: ({ tenant_id }) => <ShortId id={tenant_id} />, minor: true },
];

const rest: readonly Column<Server>[] = [
  { title: 'Id', cell: ({ id }) => <ShortId id={id} />, minor: true },
  { title: 'Changed', cell: ({ updated }) => <Time at={updated} /> },
];

type ServerTableProps = {
  readonly servers: readonly Server[];
  readonly more?: (() => void) | undefined;
};

export const ServerTable = ({ servers, more }: ServerTableProps) => (
  <Table
    label="Servers"
    rows={servers}
    columns={[...common, ...(isOperator.value ? ofOperators : []), ...rest]}
    keyOf={({ id }) => id}
    empty="There is no server."
    more={more}
  />
);
