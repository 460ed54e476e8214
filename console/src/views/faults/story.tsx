import type { ComponentChildren } from 'preact';
import type { Fault } from '../../api/answers/faults.ts';
import { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';
import { useLive } from '../../live/use-live.ts';
import { Badge, Facts, Loading, Problem, Section, ShortId, Time, View } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { Notified } from './notified.tsx';

/** One fault, from its report to the last notification, with what it affected. */
export function FaultStory({ id }: { id: string }) {
  const live = useLive(
    (signal) => ask('GET /doctor/v1/faults/{id}', { params: { id }, signal }),
    ['faults'],
    [id],
  );
  const fault = live.data?.fault;
  const { instances = [], ports = [] } = fault ?? {};
  return (
    <View title={`Fault ${id.slice(0, 8)}`}>
      <Problem text={live.error} />
      {fault ? <Report of={fault} /> : <Loading unless={live.error} />}
      {fault && <Notified id={id} since={fault.raised_at} />}
      {instances.length > 0 && (
        <Things title="Affected servers" view="servers" things={instances} />
      )}
      {ports.length > 0 && <Things title="Affected ports" view="ports" things={ports} />}
    </View>
  );
}

type Fact = readonly [string, ComponentChildren];

/** The facts of a fault that only operators see. */
function operatorFacts({ host, ...fault }: Fault): readonly Fact[] {
  if (host === undefined) return [];
  return [
    [
      'Host',
      <a key="host" href={linkTo(['hosts', host])}>
        {host}
      </a>,
    ],
    ['Reported by', fault.reported_by?.user_name ?? '–'],
    ['Source', fault.source ?? '–'],
    ['Request', <code key="request">{fault.request_id ?? '–'}</code>],
    [
      'Cloud',
      fault.applied_to_cloud ? <Badge key="cloud" state={fault.applied_to_cloud.state} /> : '–',
    ],
  ];
}

export const Report = ({ of: fault }: { of: Fault }) => (
  <Section title="Report">
    <Facts
      of={[
        ['State', <Badge key="state" state={fault.status} />],
        ['Raised', <Time key="raised" at={fault.raised_at} />],
        ['Cleared', <Time key="cleared" at={fault.cleared_at} />],
        ['Servers', fault.instances_affected],
        ['Ports', fault.ports_affected],
        ...operatorFacts(fault),
      ]}
    />
  </Section>
);

type ThingsProps = {
  readonly title: string;
  readonly view: 'servers' | 'ports';
  readonly things: readonly { readonly id: string; readonly project_id?: string }[];
};

const Things = ({ title, view, things }: ThingsProps) => (
  <Section title={title}>
    <Table
      label={title}
      rows={things}
      keyOf={({ id }) => id}
      empty=""
      columns={[
        {
          title: 'Id',
          cell: ({ id }) => (
            <a href={linkTo([view], { id })}>
              <ShortId id={id} />
            </a>
          ),
        },
        { title: 'Project', cell: ({ project_id }) => project_id ?? '–' },
      ]}
    />
  </Section>
);
