import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { linkTo } from '../../links.ts';
import { useLive } from '../../live/use-live.ts';
import { Badge, Loading, Problem, Section, ShortId, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { type AlarmForm, happenedIn, previewBody } from './new-alarm.ts';

/** How long the form must stay unchanged before the alarm is previewed, in milliseconds. */
const restMs = 500;

/** The value, after it has stayed unchanged for that time. */
function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

/** The events of the last hours that the alarm of the form would have matched. */
export function Preview({ form }: { form: AlarmForm }) {
  const body = useRested(JSON.stringify(previewBody(form)));
  const live = useLive(
    (signal) => ask('POST /doctor/v1/alarm-preview', { body: JSON.parse(body), signal }),
    ['servers', 'ports'],
    [body],
  );
  const found = live.data;
  return (
    <Section title="Would have matched">
      <Problem text={live.error} />
      {found ? (
        <>
          <p role="status">
            {found.matched} of {found.looked_at} events since <Time at={found.from} />
            {found.matched > found.events.length && `; the newest ${found.events.length}:`}
          </p>
          <Table
            label="Events that would have matched"
            rows={found.events}
            keyOf={({ message_id }) => message_id}
            empty="No event of this time would have matched."
            columns={[
              { title: 'Time', cell: ({ accepted_at }) => <Time at={accepted_at} /> },
              { title: 'Event', cell: ({ event_type }) => event_type, minor: true },
              {
                title: 'Resource',
                cell: ({ resource_id: id, event_type }) => <Resource id={id} type={event_type} />,
              },
              { title: 'What', cell: ({ traits }) => happenedIn(traits) },
              {
                title: 'Effect',
                cell: ({ effect }) => <Badge state={effect === 'raise' ? 'alarm' : 'ok'} />,
              },
            ]}
          />
        </>
      ) : (
        <Loading unless={live.error} />
      )}
    </Section>
  );
}

/** A link to the server or port; for any other resource only its id. */
function Resource({ id, type }: { id: string | null; type: string }) {
  if (id === null) return <span class="faint">–</span>;
  const view = viewOf(type);
  return view ? (
    <a href={linkTo([view], { id })}>
      <ShortId id={id} />
    </a>
  ) : (
    <ShortId id={id} />
  );
}

function viewOf(type: string): string | undefined {
  if (type.startsWith('compute.instance.')) return 'servers';
  return type.startsWith('port.') ? 'ports' : undefined;
}
