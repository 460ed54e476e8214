import { ask } from '../../api/client.ts';
import { useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

/** Who was notified of a fault, counted by project. A tenant sees its own project only. */
export function Notified({ id }: { id: string }) {
  const live = useLive(
    (signal) => ask('GET /doctor/v1/faults/{id}/story', { params: { id }, signal }),
    ['faults', 'alarms'],
    [id],
  );
  const story = live.data?.story;
  return (
    <Section title="Notifications by project">
      <Problem text={live.error} />
      {story ? (
        <Table
          label="Notifications by project"
          rows={story.projects}
          keyOf={({ project_id }) => project_id}
          empty="No alarm matched."
          columns={[
            { title: 'Project', cell: ({ project_id }) => <code>{project_id}</code> },
            { title: 'Resources', cell: ({ resources }) => resources },
            { title: 'Events', cell: ({ events }) => events, minor: true },
            { title: 'Notifications', cell: ({ notifications }) => notifications },
            { title: 'First', cell: ({ first_at }) => <Time at={first_at} />, minor: true },
            { title: 'Last', cell: ({ last_at }) => <Time at={last_at} /> },
          ]}
        />
      ) : (
        <Loading unless={live.error} />
      )}
      {story && !story.complete && (
        <p class="faint">There are more: counting stopped at its limit.</p>
      )}
    </Section>
  );
}
