/** The login of the service user at Keystone, by its application credential. */
import * as z from 'zod';
import { Catalog, withVersion } from './catalog.ts';
import { CloudError } from './cloud-error.ts';
import type { CloudSecret } from './cloud-secret.ts';
import { type Connections, exchange } from './exchange.ts';
import { readAnswer, refusalOf } from './json-answer.ts';

/** The state after a login. */
export type Login = {
  readonly token: string;
  /** In milliseconds since 1970. */
  readonly expires_at: number;
  readonly catalog: Catalog;
};

const Answer = z.object({
  token: z.object({ expires_at: z.iso.datetime({ offset: true }), catalog: Catalog.default([]) }),
});

/**
 * Logs in. No scope is sent: the credential has one, and Keystone refuses another
 * (docs/wire/identity.md#login).
 * @throws CloudError `unauthorized` if Keystone refuses the credential. It is never `uncertain`: a
 * login may be repeated, and what the session wanted to do was not begun.
 */
export async function logInToCloud(
  using: Connections,
  secret: CloudSecret,
  timeoutMs: number,
): Promise<Login> {
  try {
    return await attemptLogin(using, secret, timeoutMs);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw new CloudError(error.kind, error.message, { ...error, uncertain: false });
  }
}

async function attemptLogin(
  using: Connections,
  secret: CloudSecret,
  timeoutMs: number,
): Promise<Login> {
  const { application_credential_id: id, application_credential_secret } = secret;
  const answer = await exchange(using, {
    method: 'POST',
    url: new URL(`${withVersion(secret.auth_url, '/v3')}/auth/tokens`),
    headers: {},
    body: {
      auth: {
        identity: {
          methods: ['application_credential'],
          application_credential: { id, secret: application_credential_secret },
        },
      },
    },
    timeoutMs,
  });
  if (answer.status !== 201) throw refusalOf(answer, 'the login');
  const { token } = readAnswer(answer, Answer, 'the login');
  const text = answer.headers['x-subject-token'];
  if (typeof text !== 'string' || text === '') {
    throw new CloudError('unreadable', 'the login was answered without a token');
  }
  return { token: text, expires_at: Date.parse(token.expires_at), catalog: token.catalog };
}
