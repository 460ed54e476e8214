import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { Action } from '../../ui/actions.tsx';
import { Section } from '../../ui/basics.tsx';

/** The code with which a receiver verifies a webhook, as in docs/tenants.md. */
const example = `import { createHmac, timingSafeEqual } from 'node:crypto';

/** True if Doctor sent this body, unchanged, in the last five minutes. */
function isDoctors(headers, body, key) {
  const signature = headers['x-doctor-signature'];
  const [, time, mac] = /^t=(\\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (!mac || Math.abs(Date.now() / 1000 - time) > 300) return false;
  const own = createHmac('sha256', key).update(\`\${time}.\${body}\`).digest();
  return timingSafeEqual(own, Buffer.from(mac, 'hex'));
}`;

/** The key that signs the project's webhooks, shown on request, and how a receiver verifies them. */
export function WebhookKey() {
  const [key, setKey] = useState('');
  const show = async () => setKey((await ask('GET /doctor/v1/webhook-key')).key);
  return (
    <Section title="Webhooks">
      <p>
        Alarms call webhooks, too: the URLs in their actions. Doctor signs each request with a key
        of the project.
      </p>
      {key === '' ? (
        <Action label="Show the key" run={show} />
      ) : (
        <p>
          Key: <code class="secret">{key}</code>{' '}
          <button type="button" class="quiet" onClick={() => setKey('')}>
            Hide
          </button>
        </p>
      )}
      <details>
        <summary>How a receiver verifies a webhook</summary>
        <pre>{example}</pre>
      </details>
    </Section>
  );
}
