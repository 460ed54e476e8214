import type { Fault } from '../../api/answers/faults.ts';
import { isOperator } from '../../api/session.ts';
import { linkTo } from '../../links.ts';
import { Age, Badge, ShortId, Time } from '../../ui/basics.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const common: readonly Column<Fault>[] = [
  { title: 'State', cell: ({ status }) => <Badge state={status} /> },
  {
    title: 'Fault',
    cell: ({ fault_id }) => (
      <a href={linkTo(['faults', fault_id])}>
        <ShortId id={fault_id} />
      </a>
    ),
  },
  { title: 'Kind', cell: ({ kind }) => (kind === 'host' ? 'host' : 'data plane') },
];

const host: Column<Fault> = {
  title: 'Host',
  cell: ({ host }) => (host === undefined ? '–' : <a href={linkTo(['hosts', host])}>{host}</a>),
};

const rest: readonly Column<Fault>[] = [
  { title: 'Servers', cell: ({ instances_affected }) => instances_affected },
  { title: 'Ports', cell: ({ ports_affected }) => ports_affected, minor: true },
  { title: 'Since', cell: ({ raised_at }) => <Time at={raised_at} /> },
  {
    title: 'Age',
    cell: ({ raised_at, status }) => (status === 'open' ? <Age since={raised_at} /> : '–'),
    minor: true,
  },
];

const cleared: Column<Fault> = {
  title: 'Cleared',
  cell: ({ cleared_at }) => <Time at={cleared_at} />,
  minor: true,
};

type FaultTableProps = {
  readonly label: string;
  readonly faults: readonly Fault[];
  readonly empty: string;
  readonly more?: (() => void) | undefined;
};

/** Faults, newest first. Tenants do not see hosts. */
export const FaultTable = ({ faults, ...more }: FaultTableProps) => (
  <Table
    rows={faults}
    columns={[
      ...common,
      ...(isOperator.value ? [host] : []),
      ...rest,
      ...(faults.some(({ status }) => status !== 'open') ? [cleared] : []),
    ]}
    keyOf={({ fault_id }) => fault_id}
    {...more}
  />
);
