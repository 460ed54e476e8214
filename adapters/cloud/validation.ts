/**
 * Asks the cloud's Keystone whether a token is valid. The token itself is sent as the caller's token:
 * any user may validate its own token, so no right of the service user is used for what untrusted
 * callers send (docs/wire/identity.md#validation-by-a-service).
 */
import { retry } from 'es-toolkit';
import * as z from 'zod';
import { type OtherToken, sessionOfOther } from '../../domain/identity/other-issuer.ts';
import type { Session } from '../../domain/identity/validity.ts';
import { withVersion } from './catalog.ts';
import { CloudError } from './cloud-error.ts';
import type { CloudSecret } from './cloud-secret.ts';
import { type Connections, connections, exchange, type IncomingAnswer } from './exchange.ts';
import { readAnswer, refusalOf } from './json-answer.ts';

/** Keystone answers in milliseconds; a request of a client waits for this at most. */
const timeoutMs = 2_000;
/** An attempt that failed later than this is not repeated, so that the client does not wait twice. */
const quickMs = 500;
const pauseMs = 50;
const mostInFlight = 16;

const Named = z.object({ id: z.string().min(1), name: z.string() });
const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) / 1000);

const Rule = z.object({ service: z.string(), method: z.string(), path: z.string() });

const Answer = z.object({
  token: z.object({
    methods: z.array(z.string()).default([]),
    audit_ids: z.array(z.string()).default([]),
    issued_at: Time,
    expires_at: Time,
    user: Named,
    project: Named.optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    application_credential: z
      .object({
        id: z.string(),
        name: z.string().default(''),
        restricted: z.boolean().default(true),
        access_rules: z.array(Rule).optional(),
      })
      .optional(),
  }),
});

function otherTokenOf({ token }: z.infer<typeof Answer>): OtherToken {
  const { audit_ids, project, roles, application_credential: credential, ...rest } = token;
  const { issued_at, expires_at, methods, user } = rest;
  return {
    audit_id: audit_ids[0] ?? '',
    methods,
    user,
    ...(project && { project }),
    roles: roles.map(({ name }) => name),
    issued_at: Math.floor(issued_at),
    expires_at: Math.floor(expires_at),
    ...(credential && { credential }),
  };
}

/**
 * The session of a token; undefined if it is not valid.
 * @throws CloudError if Keystone does not say.
 */
export type ValidateToken = (token: string) => Promise<Session | undefined>;

/** Validates tokens at the Keystone that the secret names. */
export function makeValidation(secret: () => Promise<CloudSecret>): ValidateToken {
  let used: { readonly ca: string | undefined; readonly using: Connections } | undefined;
  const connectionsFor = ({ ca }: CloudSecret): Connections => {
    if (!used || used.ca !== ca) used = { ca, using: connections(mostInFlight, ca) };
    return used.using;
  };

  return async (token) => {
    const read = await secret();
    const url = new URL(`${withVersion(read.auth_url, '/v3')}/auth/tokens?nocatalog`);
    const headers = {
      'x-auth-token': token,
      'x-subject-token': token,
      'openstack-identity-access-rules': '1',
    };
    const started = performance.now();
    const answer = await retry(
      () => exchange(connectionsFor(read), { method: 'GET', url, headers, timeoutMs }),
      {
        retries: 1,
        delay: pauseMs,
        shouldRetry: () => performance.now() - started < quickMs,
      },
    );
    return sessionIn(answer);
  };
}

/** Both 401 and 404 mean that the token is bad: which one comes depends on Keystone's cache. */
function sessionIn(answer: IncomingAnswer): Session | undefined {
  const what = 'the validation of a token';
  if (answer.status === 401 || answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusalOf(answer, what);
  return sessionOfOther(otherTokenOf(readAnswer(answer, Answer, what)));
}

/** Whether an error says that Keystone did not answer, and not that it answered with a refusal. */
export const isOutage = (error: unknown): boolean =>
  error instanceof CloudError && (error.kind === 'unreachable' || error.kind === 'failed');
