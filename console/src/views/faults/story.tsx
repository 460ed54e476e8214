import type { DoctorAnswers } from '../../api/answers.ts';
import { ask } from '../../api/client.ts';
import { isOperator } from '../../api/session.ts';
import { useLive } from '../../live/use-live.ts';
import { linkTo } from '../../router.ts';
import { Badge, Facts, Loading, Problem, Section, ShortId, Time, View } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

type Story = DoctorAnswers['GET /doctor/v1/faults/{id}/story']['story'];

/** One fault, from its report to the last notification. */
export function FaultStory({ id }: { id: string }) {
  const params = { id };
  const story = useLive(
    (signal) => ask('GET /doctor/v1/faults/{id}/story', { params, signal }),
    ['faults', 'alarms'],
    [id],
  );
  const fault = useLive(
    (signal) => ask('GET /doctor/v1/faults/{id}', { params, signal }),
    ['faults'],
    [id],
  );
  const { servers = [], ports = [] } = {
    servers: fault.data?.fault.instances,
    ports: fault.data?.fault.ports,
  };
  return (
    <View title={`Fault ${id.slice(0, 8)}`}>
      <Problem text={story.error || fault.error} />
      {story.data ? <Told story={story.data.story} /> : <Loading />}
      {servers.length > 0 && <Things title="Affected servers" view="servers" things={servers} />}
      {ports.length > 0 && <Things title="Affected ports" view="ports" things={ports} />}
    </View>
  );
}

function Told({ story: { fault, projects, complete } }: { story: Story }) {
  const { host, reported_by, source, request_id, applied_to_cloud } = fault;
  return (
    <>
      <Section title="Report">
        <Facts
          of={[
            ['State', <Badge key="state" state={fault.status} />],
            ['Raised', <Time key="raised" at={fault.raised_at} />],
            ['Cleared', <Time key="cleared" at={fault.cleared_at} />],
            ...(host === undefined
              ? []
              : ([
                  [
                    'Host',
                    <a key="host" href={linkTo(['hosts', host])}>
                      {host}
                    </a>,
                  ],
                  ['Reported by', reported_by?.user_name ?? '–'],
                  ['Source', source ?? '–'],
                  ['Request', request_id ?? '–'],
                ] as const)),
            ...(applied_to_cloud
              ? ([
                  ['Applied to the cloud', <Badge key="cloud" state={applied_to_cloud.state} />],
                ] as const)
              : []),
            ['Servers', fault.instances_affected],
            ['Ports', fault.ports_affected],
          ]}
        />
      </Section>
      <Section title={isOperator.value ? 'Notifications by project' : 'Notifications'}>
        <Table
          label="Notifications by project"
          rows={projects}
          keyOf={({ project_id }) => project_id}
          empty="Nobody had an alarm that matched."
          columns={[
            { title: 'Project', cell: ({ project_id }) => <code>{project_id}</code> },
            { title: 'Resources', cell: ({ resources }) => resources },
            { title: 'Events', cell: ({ events }) => events, minor: true },
            { title: 'Notifications', cell: ({ notifications }) => notifications },
            { title: 'First', cell: ({ first_at }) => <Time at={first_at} />, minor: true },
            { title: 'Last', cell: ({ last_at }) => <Time at={last_at} /> },
          ]}
        />
        {!complete && <p class="faint">There are more: counting stopped at its limit.</p>}
      </Section>
    </>
  );
}

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
