import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { mayChange } from '../../api/session.ts';
import { useLive } from '../../live/use-live.ts';
import { Action } from '../../ui/actions.tsx';
import { Loading, Problem, Section, View } from '../../ui/basics.tsx';
import { Choice, Field } from '../../ui/fields.tsx';
import { SubscriptionTable } from './subscription-table.tsx';
import { WebhookKey } from './webhook-key.tsx';

const protocols = [
  ['sqs', 'SQS queue'],
  ['email', 'e-mail'],
  ['https', 'HTTPS'],
  ['lambda', 'Lambda function'],
] as const;

/** The subscriptions: where the project's notifications are sent. */
export function Subscriptions() {
  const live = useLive(
    (signal) => ask('GET /doctor/v1/subscriptions', { query: { limit: 100 }, signal }),
    [],
  );
  return (
    <View title="Subscriptions">
      <Problem text={live.error} />
      <Section title="Subscriptions of the project">
        {live.data ? (
          <SubscriptionTable subscriptions={live.data.subscriptions} changed={live.reload} />
        ) : (
          <Loading unless={live.error} />
        )}
      </Section>
      {mayChange.value && <NewSubscription made={live.reload} />}
      {mayChange.value && <WebhookKey />}
    </View>
  );
}

function NewSubscription({ made }: { made: () => void }) {
  const [protocol, setProtocol] = useState('sqs');
  const [endpoint, setEndpoint] = useState('');
  const subscribe = async () => {
    await ask('POST /doctor/v1/subscriptions', { body: { protocol, endpoint } });
    setEndpoint('');
    made();
  };
  return (
    <Section title="New subscription">
      <div class="fields">
        <Choice label="Protocol" value={protocol} onInput={setProtocol} options={protocols} />
        <Field
          label="Endpoint"
          value={endpoint}
          onInput={setEndpoint}
          hint="The ARN of a queue or function, a mail address, or a URL."
        />
        <Action label="Subscribe" disabled={endpoint === ''} run={subscribe} />
      </div>
    </Section>
  );
}
