import { ask } from '../../api/client.ts';
import { useLive } from '../../live/use-live.ts';
import { Loading, Problem, Section, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { delayInWords } from '../../ui/times.ts';

/** Who was notified of a fault, counted by project. A tenant sees its own project only. */
export function Notified({ id, since }: { id: string; since: string }) {
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
            { title: 'First', cell: ({ first_at }) => <After at={first_at} since={since} /> },
            {
              title: 'Last',
              cell: ({ last_at }) => <After at={last_at} since={since} />,
              minor: true,
            },
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

/** A time, with the time since the report. */
const After = ({ at, since }: { at: string | null; since: string }) => (
  <>
    <Time at={at} />
    {at && <span class="faint"> {delayInWords(since, at)}</span>}
  </>
);
