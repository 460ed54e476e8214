/** The keys that webhooks are signed with: one a project, all derived from the deployment's secret. */
import { createHmac, hkdfSync } from 'node:crypto';

/** RFC 5869's salt and the beginning of its info, for no other use of the secret to give our keys. */
const salt = 'doctor';
const purpose = 'webhook-key:v1:';

export type WebhookKeys = {
  /** The key of a project: 43 letters, digits, `-` and `_`, used as the text that it is. */
  readonly webhookKey: (project_id: string) => Promise<string>;
};

/** HKDF-SHA256: who has one project's key learns nothing of the secret, or of another's key. */
export const webhookKeys = (secret: () => Promise<string>): WebhookKeys => ({
  webhookKey: async (project_id) =>
    Buffer.from(hkdfSync('sha256', await secret(), salt, purpose + project_id, 32)).toString(
      'base64url',
    ),
});

/**
 * The header `X-Doctor-Signature`: `t=<seconds since 1970>,v1=<hex>`, the HMAC-SHA256 of
 * `<seconds>.<body>`. The time is signed, so that a receiver can refuse what was recorded before.
 */
export function signature(key: string, body: string, seconds: number): string {
  const mac = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}
