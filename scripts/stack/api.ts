import * as z from 'zod';

/** A user and the project of its login; both are in the domain `Default`. */
export type Account = { username: string; password: string; project: string };

/** An answer of the API. The body is parsed; `undefined` if there was none. */
export type Answer = { status: number; headers: Headers; body: unknown };

export type CallOptions = { body?: unknown; headers?: Record<string, string> };

/** Calls the API as one user. */
export type Client = {
  readonly token: string;
  /** The id of the project that the token is for. */
  readonly projectId: string;
  /**
   * Sends a request. `path` is below the stage, as in `/compute/v2.1/servers`. Does not throw for
   * any status.
   */
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  /** Sends a request. @throws Error unless the status is 2xx. */
  expect: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
};

/** One request to the API, without a token. */
export async function request(
  url: string,
  method: string,
  { body, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : json ? JSON.parse(text) : text,
  };
}

/** The body of a request for a token that is scoped to a project. */
const Scoped = z.object({ token: z.object({ project: z.object({ id: z.string() }) }) });

/** Logs in with the password method of Keystone v3. */
export async function login(apiUrl: string, account: Account): Promise<Client> {
  const { username, password, project } = account;
  const domain = { name: 'Default' };
  const answer = await request(`${apiUrl}/identity/v3/auth/tokens`, 'POST', {
    body: {
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: username, domain, password } },
        },
        scope: { project: { name: project, domain } },
      },
    },
  });
  const token = answer.headers.get('x-subject-token');
  if (answer.status !== 201 || !token) {
    throw new Error(`login of ${username}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  const call: Client['call'] = (method, path, { body, headers } = {}) =>
    request(`${apiUrl}${path}`, method, { body, headers: { 'x-auth-token': token, ...headers } });
  const { token: granted } = Scoped.parse(answer.body);
  return {
    token,
    projectId: granted.project.id,
    call,
    expect: async (method, path, options) => {
      const got = await call(method, path, options);
      if (got.status >= 200 && got.status < 300) return got;
      throw new Error(`${method} ${path}: ${got.status} ${JSON.stringify(got.body)}`);
    },
  };
}
