import { ask, call } from '../../api/client.ts';
import { useLive } from '../../live/use-live.ts';
import { Action } from '../../ui/actions.tsx';
import { Loading, Problem, Time } from '../../ui/basics.tsx';
import { Table } from '../../ui/table.tsx';

const redrive = (queue: string, body: object) =>
  ask('POST /doctor/v1/dead-letters/{queue}/redrive', { params: { queue }, body });

/**
 * Sends all messages back. One request sends back only some, so it repeats the request until one
 * sends none.
 */
async function redriveAll(queue: string): Promise<void> {
  for (;;) {
    const { redriven, left } = await redrive(queue, { all: true });
    if (left === 0 || redriven.length === 0) return;
  }
}

const pathOf = (queue: string, id = '') =>
  `/doctor/v1/dead-letters/${encodeURIComponent(queue)}${id && `/${encodeURIComponent(id)}`}`;

type DeadLettersProps = { readonly queue: string; readonly changed: () => void };

/** The messages of one dead-letter queue. Calls `changed` after each change. */
export function DeadLetters({ queue, changed }: DeadLettersProps) {
  const messages = useLive(
    (signal) => ask('GET /doctor/v1/dead-letters/{queue}', { params: { queue }, signal }),
    [],
  );
  const then = (work: () => Promise<unknown>) => async () => {
    await work();
    messages.reload();
    changed();
  };
  const rows = messages.data?.messages ?? [];
  return (
    <section aria-label={`Dead letters of ${queue}`}>
      <div class="title">
        <h3>Dead letters of “{queue}”</h3>
        <div class="buttons">
          <Action
            label="Redrive all"
            disabled={!rows.some(({ redrivable }) => redrivable)}
            question={`All messages of “${queue}” are handled again. What was done already is not done twice.`}
            run={then(() => redriveAll(queue))}
          />
          <Action
            label="Delete all"
            danger
            disabled={rows.length === 0}
            question={`All messages of “${queue}” are lost for good.`}
            run={then(() => call('DELETE', pathOf(queue), { query: { all: 'true' } }))}
          />
        </div>
      </div>
      <Problem text={messages.error} />
      {messages.data ? (
        <Table
          label={`Dead letters of ${queue}`}
          rows={rows}
          keyOf={({ id }) => id}
          empty="It is empty."
          columns={[
            { title: 'Time', cell: ({ sent_at }) => <Time at={sent_at} /> },
            { title: 'Reason', cell: ({ reason }) => <span class="cut">{reason ?? '–'}</span> },
            {
              title: 'Message',
              cell: ({ element }) => (
                <details>
                  <summary>Show</summary>
                  <pre>{JSON.stringify(element, null, 2)}</pre>
                </details>
              ),
              minor: true,
            },
            {
              title: 'Actions',
              cell: ({ id, redrivable }) => (
                <span class="buttons">
                  <Action
                    label="Redrive"
                    disabled={!redrivable}
                    run={then(() => redrive(queue, { ids: [id] }))}
                  />
                  <Action
                    label="Delete"
                    danger
                    question="The message is lost for good."
                    run={then(() => call('DELETE', pathOf(queue, id)))}
                  />
                </span>
              ),
            },
          ]}
        />
      ) : (
        <Loading unless={messages.error} />
      )}
    </section>
  );
}
