/** The keys that sign webhooks: one for each project, all derived from the deployment's secret. */
import { createHmac, hkdfSync } from 'node:crypto';

/**
 * RFC 5869's salt and the prefix of its info, so that no other use of the secret derives the same
 * keys.
 */
const salt = 'doctor';
const purpose = 'webhook-key:v1:';

/** The keys, by project. */
export type WebhookKeys = {
  /** The key of a project: a text of 43 letters, digits, `-` and `_`. */
  readonly webhookKey: (project_id: string) => Promise<string>;
};

/**
 * Derives keys by HKDF-SHA256. A project's key reveals neither the secret nor the key of another
 * project.
 */
export const webhookKeys = (secret: () => Promise<string>): WebhookKeys => ({
  webhookKey: async (project_id) =>
    Buffer.from(hkdfSync('sha256', await secret(), salt, purpose + project_id, 32)).toString(
      'base64url',
    ),
});

/**
 * The header `X-Doctor-Signature`: `t=<seconds since 1970>,v1=<hex>`, the HMAC-SHA256 of
 * `<seconds>.<body>`. The time is signed, so that a receiver can refuse a replayed request.
 */
export function signature(key: string, body: string, seconds: number): string {
  const mac = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}
