/** A login with the variables that OpenStack's tools read, and requests to the services it lists. */
import * as z from 'zod';

export type CliVariables = Readonly<Record<string, string | undefined>>;

/**
 * A request that failed. The message is printed unchanged; the exit status is 1. `status` is the
 * status of the answer, undefined if there was none; `retryAfter` is its header, in seconds.
 */
export class Failure extends Error {
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;

  constructor(message: string, answer: { status?: number; retryAfter?: number | undefined } = {}) {
    super(message);
    this.status = answer.status;
    this.retryAfter = answer.retryAfter;
  }
}
/** A wrong command line or environment. Exit status 2. */
export class Misuse extends Error {}

export type Request = {
  /** The service's type in the catalogue; `identity` is the Keystone of the login. */
  readonly service: 'identity' | 'compute' | 'network' | 'fault-management';
  readonly method?: 'DELETE' | 'GET' | 'PATCH' | 'PUT' | 'POST';
  /** A path below the service's URL in the catalogue, or a whole URL, such as that of the next page. */
  readonly path: string;
  readonly body?: unknown;
  /** Nova's microversion. */
  readonly microversion?: string;
};

export type CliSession = {
  /** The body of the answer. @throws Failure unless the status is 2xx. */
  readonly ask: (request: Request) => Promise<unknown>;
};

/** How long a request may take, in milliseconds. */
const patience = 60_000;

const Token = z.object({
  token: z.object({
    catalog: z.array(
      z.object({
        type: z.string(),
        endpoints: z.array(
          z.object({ interface: z.string(), region_id: z.string().nullable(), url: z.string() }),
        ),
      }),
    ),
  }),
});

/** The message in an error body. Each service has it at a different place. */
const Refusal = z.record(z.string(), z.looseObject({ message: z.string() }));

/** Logs in with a password, or with a token if `OS_TOKEN` is set. */
export async function logIn(env: CliVariables): Promise<CliSession> {
  const identity = needed(env, 'OS_AUTH_URL').replace(/\/+$/, '').replace(/\/v3$/, '');
  const { headers, body } = await send(`${identity}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth: { identity: whoOf(env), scope: scopeOf(env) } }),
  });
  const token = headers.get('x-subject-token');
  const known = Token.safeParse(body);
  if (!token || !known.success)
    throw new Failure('The answer to the login is not one of Keystone.');
  const { catalog } = known.data.token;
  return {
    ask: async ({ service, method = 'GET', path, body: json, microversion }) => {
      const base = () =>
        service === 'identity' ? `${identity}/v3` : endpointOf(catalog, service, env);
      const url = path.startsWith('/') ? `${base()}${path}` : path;
      const answer = await send(url, {
        method,
        headers: {
          'X-Auth-Token': token,
          ...(json !== undefined && { 'Content-Type': 'application/json' }),
          ...(microversion !== undefined && {
            'OpenStack-API-Version': `compute ${microversion}`,
            'X-OpenStack-Nova-API-Version': microversion,
          }),
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      });
      return answer.body;
    },
  };
}

function needed(env: CliVariables, ...names: readonly string[]): string {
  const found = names.map((name) => env[name]).find((value) => value);
  if (found === undefined) throw new Misuse(`${names.join(' or ')} is not set.`);
  return found;
}

function whoOf(env: CliVariables): unknown {
  const { OS_TOKEN: id } = env;
  if (id) return { methods: ['token'], token: { id } };
  const password = needed(env, 'OS_PASSWORD');
  const { OS_USER_ID: user } = env;
  const named = user
    ? { id: user }
    : { name: needed(env, 'OS_USERNAME', 'OS_USER_ID'), domain: domainOf(env, 'USER') };
  return { methods: ['password'], password: { user: { ...named, password } } };
}

function scopeOf(env: CliVariables): unknown {
  const { OS_PROJECT_ID: id } = env;
  if (id) return { project: { id } };
  const name = needed(env, 'OS_PROJECT_NAME', 'OS_PROJECT_ID');
  return { project: { name, domain: domainOf(env, 'PROJECT') } };
}

function domainOf(env: CliVariables, of: 'USER' | 'PROJECT'): unknown {
  const id = env[`OS_${of}_DOMAIN_ID`];
  const name = env[`OS_${of}_DOMAIN_NAME`];
  if (name && !id) return { name };
  return { id: id || env.OS_DEFAULT_DOMAIN || 'default' };
}

function endpointOf(
  catalog: z.infer<typeof Token>['token']['catalog'],
  service: string,
  { OS_INTERFACE: given = 'public', OS_REGION_NAME: region }: CliVariables,
): string {
  const name = given.replace(/URL$/, '');
  const endpoints = catalog
    .filter(({ type }) => type === service)
    .flatMap((each) => each.endpoints);
  const found = endpoints.find(
    (each) => each.interface === name && (!region || each.region_id === region),
  );
  if (!found) throw new Failure(`The catalogue has no ${name} endpoint of ${service}.`);
  return found.url.replace(/\/+$/, '');
}

async function send(url: string, init: RequestInit): Promise<{ headers: Headers; body: unknown }> {
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(url, { ...init, signal }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Failure(
      `${url} cannot be reached: ${cause instanceof Error ? cause.message : cause}`,
    );
  });
  const text = await response.text();
  const body = jsonOf(text);
  if (response.ok) return { headers: response.headers, body };
  const refusal = Refusal.safeParse(body);
  const [said] = refusal.success ? Object.values(refusal.data) : [];
  const id = response.headers.get('x-openstack-request-id');
  const message = `${said?.message ?? text.slice(0, 500)} (HTTP ${response.status})`;
  throw new Failure(`${message}${id ? ` (Request-ID: ${id})` : ''}`, {
    status: response.status,
    retryAfter: secondsOf(response.headers.get('retry-after')),
  });
}

/** A header's whole number of seconds, at most a minute; undefined for anything else. */
const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Math.min(Number(header), 60) : undefined;

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
