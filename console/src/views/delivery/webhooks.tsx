import { useState } from 'preact/hooks';
import { newestTransitions, type WebhookCall } from '../../api/openstack.ts';
import { linkTo } from '../../links.ts';
import { useLive } from '../../live/use-live.ts';
import { Badge, Loading, Problem, Section, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

type Call = WebhookCall & { readonly key: string; readonly alarm_id: string };

/** The webhooks of the newest changes of alarms, by their outcome. */
export function Webhooks() {
  const live = useLive(newestTransitions, ['alarms']);
  const [only, setOnly] = useState<string | undefined>(undefined);
  const calls = (live.data ?? []).flatMap(({ event_id, alarm_id, webhooks = [] }): Call[] =>
    webhooks.map((webhook) => ({
      ...webhook,
      alarm_id,
      key: `${event_id} ${alarm_id} ${webhook.action}`,
    })),
  );
  const results = [...Map.groupBy(calls, ({ result }) => result)];
  return (
    <Section title="Webhooks">
      <Problem text={live.error} />
      {!live.data && live.error === '' && <Loading />}
      <fieldset class="filters">
        <legend class="hidden">Show only webhooks with an outcome</legend>
        {results.map(([result, { length }]) => (
          <button
            key={result}
            type="button"
            class="filter"
            aria-pressed={only === result}
            onClick={() => setOnly(only === result ? undefined : result)}
          >
            {length} {result}
          </button>
        ))}
      </fieldset>
      {live.data && (
        <Table
          label="Webhooks"
          rows={calls.filter(({ result }) => only === undefined || result === only)}
          keyOf={({ key }) => key}
          empty="The newest notifications called no webhook."
          columns={[
            { title: 'Outcome', cell: ({ result }) => <Badge state={result} /> },
            { title: 'Time', cell: ({ at }) => <Time at={at} /> },
            { title: 'Receiver', cell: ({ action }) => <span class="cut">{action}</span> },
            { title: 'Tries', cell: ({ attempts }) => attempts, minor: true },
            { title: 'Status', cell: ({ status }) => status ?? '–', minor: true },
            {
              title: 'Reason',
              cell: ({ reason }) => <span class="cut">{reason || '–'}</span>,
              minor: true,
            },
            {
              title: 'Alarm',
              cell: ({ alarm_id }) => (
                <a href={linkTo(['alarms', alarm_id])}>{alarm_id.slice(0, 8)}</a>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
