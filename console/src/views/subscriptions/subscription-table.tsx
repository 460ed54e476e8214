import type { Subscription } from '../../api/answers/notifications.ts';
import { call } from '../../api/client.ts';
import { mayChange } from '../../api/session.ts';
import { Action } from '../../ui/actions.tsx';
import { Badge, ShortId, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

type SubscriptionTableProps = {
  readonly subscriptions: readonly Subscription[];
  readonly changed: () => void;
};

/** Describes the filter of a subscription in words. */
const filterOf = ({ filter }: Subscription): string =>
  Object.entries(filter)
    .map(([field, values]) => `${field.replaceAll('_', ' ')}: ${values.join(', ')}`)
    .join('; ') || 'all notifications';

export const SubscriptionTable = ({ subscriptions, changed }: SubscriptionTableProps) => (
  <Table
    label="Subscriptions"
    rows={subscriptions}
    keyOf={({ id }) => id}
    empty="There is no subscription."
    columns={[
      { title: 'State', cell: ({ status }) => <Badge state={status} /> },
      { title: 'Protocol', cell: ({ protocol }) => protocol },
      { title: 'Endpoint', cell: ({ endpoint }) => <span class="cut">{endpoint}</span> },
      { title: 'Receives', cell: (each) => <span class="cut">{filterOf(each)}</span>, minor: true },
      { title: 'Project', cell: ({ project_id }) => <ShortId id={project_id} />, minor: true },
      { title: 'Since', cell: ({ created_at }) => <Time at={created_at} />, minor: true },
      {
        title: 'End',
        cell: ({ id, endpoint }) => (
          <Action
            label="End"
            danger
            disabled={!mayChange.value}
            question={`${endpoint} receives no notifications any more.`}
            run={async () => {
              await call('DELETE', `/doctor/v1/subscriptions/${id}`);
              changed();
            }}
          />
        ),
      },
    ]}
  />
);
