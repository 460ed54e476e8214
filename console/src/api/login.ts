/** Logging in and out by the identity surface. */
import { ApiError, call, send } from './client.ts';
import { endedBecause, endSession, session } from './session.ts';

export type Credentials = {
  readonly user: string;
  readonly password: string;
  /** The project's name or id. */
  readonly project: string;
};

type Named = { readonly id: string; readonly name: string };
type TokenBody = {
  readonly token: {
    readonly expires_at: string;
    readonly user: Named;
    readonly project?: Named;
    readonly roles?: readonly Named[];
  };
};

const domain = { id: 'default' };

const loginBody = ({ user, password }: Credentials, project: object) => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name: user, domain, password } } },
    scope: { project },
  },
});

/** @throws ApiError */
export async function login(credentials: Credentials): Promise<void> {
  const { project } = credentials;
  const byName = await tokens(loginBody(credentials, { name: project, domain }));
  // A project that was registered by its id alone has no name.
  const answer =
    byName.status === 401 ? await tokens(loginBody(credentials, { id: project })) : byName;
  if (!answer.ok) {
    throw new ApiError(
      answer.status,
      answer.status === 401
        ? 'User, password and project do not fit together.'
        : `The login was answered with ${answer.status}. Try again in a moment.`,
    );
  }
  const { token }: TokenBody = await answer.json();
  endedBecause.value = '';
  session.value = {
    token: answer.headers.get('X-Subject-Token') ?? '',
    expiresAt: token.expires_at,
    user: token.user.name,
    userId: token.user.id,
    project: token.project?.name ?? '',
    projectId: token.project?.id ?? '',
    roles: (token.roles ?? []).map(({ name }) => name),
  };
}

const tokens = (body: object) => send('POST', '/identity/v3/auth/tokens', { body });

/** Revokes the token and forgets it. The page also forgets a token that cannot be revoked. */
export async function logout(): Promise<void> {
  const token = session.value?.token;
  if (!token) return;
  const { userId } = session.value ?? {};
  try {
    await call('DELETE', '/identity/v3/auth/tokens', { subject: token });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  if (session.value?.userId === userId) endSession();
}
