import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { useLive } from '../../live/use-live.ts';
import { Badge, Loading, Problem, Section, Time, View } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';
import { SubscriptionTable } from '../subscriptions/subscription-table.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { Outcomes } from './outcomes.tsx';
import { Webhooks } from './webhooks.tsx';

/** The delivery of notifications: queues, dead letters and subscribers. */
export function Delivery() {
  const status = useLive(
    (signal) => ask('GET /doctor/v1/status', { signal }),
    ['alarms', 'faults'],
  );
  const dead = useLive((signal) => ask('GET /doctor/v1/dead-letters', { signal }), ['alarms']);
  const subscriptions = useLive(
    (signal) =>
      ask('GET /doctor/v1/subscriptions', { query: { all_projects: 'true', limit: 100 }, signal }),
    [],
  );
  const [chosen, choose] = useState<string | undefined>(undefined);
  return (
    <View title="Delivery">
      <Problem text={status.error || dead.error || subscriptions.error} />
      <Section title="Queues">
        <Table
          label="Queues"
          rows={status.data?.queues ?? []}
          keyOf={({ name }) => name}
          empty="…"
          columns={[
            { title: 'Queue', cell: ({ name }) => name },
            { title: 'Waiting', cell: ({ waiting }) => waiting },
            { title: 'In flight', cell: ({ in_flight }) => in_flight, minor: true },
            { title: 'Delayed', cell: ({ delayed }) => delayed, minor: true },
            { title: 'Not empty since', cell: (queue) => <Time at={queue.not_empty_since} /> },
          ]}
        />
      </Section>
      <Section title="Dead letters">
        <Table
          label="Queues of dead letters"
          rows={dead.data?.queues ?? []}
          keyOf={({ name }) => name}
          empty="…"
          columns={[
            { title: 'Queue', cell: ({ name }) => name },
            { title: 'Holds', cell: ({ holds }) => holds, minor: true },
            {
              title: 'Messages',
              cell: ({ count }) => (
                <Badge state={String(count)} tone={count > 0 ? 'bad' : 'good'} />
              ),
            },
            {
              title: 'Letters',
              cell: ({ name }) => (
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Show ${name}`}
                  onClick={() => choose(name)}
                >
                  Show
                </button>
              ),
            },
          ]}
        />
        {chosen && <DeadLetters key={chosen} queue={chosen} changed={dead.reload} />}
      </Section>
      <Outcomes />
      <Webhooks />
      <Section title="Subscriptions of all projects">
        {subscriptions.data ? (
          <SubscriptionTable
            subscriptions={subscriptions.data.subscriptions}
            changed={subscriptions.reload}
          />
        ) : (
          <Loading unless={subscriptions.error} />
        )}
      </Section>
    </View>
  );
}
