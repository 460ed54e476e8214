import type { Alarm } from '../../api/openstack.ts';
import { isOperator } from '../../api/session.ts';
import { linkTo } from '../../links.ts';
import { Badge, ShortId, Time } from '../../ui/basics.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const columns: readonly Column<Alarm>[] = [
  { title: 'State', cell: ({ state }) => <Badge state={state} /> },
  {
    title: 'Alarm',
    cell: ({ alarm_id, name }) => <a href={linkTo(['alarms', alarm_id])}>{name}</a>,
  },
  { title: 'Event', cell: (alarm) => alarm.event_rule?.event_type ?? alarm.type, minor: true },
  { title: 'Severity', cell: ({ severity }) => severity, minor: true },
  { title: 'Enabled', cell: ({ enabled }) => (enabled ? 'yes' : 'no') },
  { title: 'Since', cell: ({ state_timestamp }) => <Time at={state_timestamp} /> },
];

const project: Column<Alarm> = {
  title: 'Project',
  cell: ({ project_id }) => <ShortId id={project_id} />,
  minor: true,
};

type AlarmTableProps = {
  readonly alarms: readonly Alarm[];
  readonly more?: (() => void) | undefined;
};

export const AlarmTable = ({ alarms, more }: AlarmTableProps) => (
  <Table
    label="Alarms"
    rows={alarms}
    columns={isOperator.value ? [...columns, project] : columns}
    keyOf={({ alarm_id }) => alarm_id}
    empty="There is no alarm yet."
    more={more}
  />
);
