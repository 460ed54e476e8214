/** The stand-in's Keystone. It repeats recorded answers of a real one (docs/wire/identity.md). */
import * as z from 'zod';
import type { makeCatalogStore } from './keystone-catalog.ts';
import { type TokenStore, tokenBody } from './keystone-tokens.ts';
import {
  refused,
  type Served,
  type ServedAnswer,
  type ServedRequest,
  unauthorized,
} from './served.ts';

const LoginBody = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()),
      application_credential: z.object({ id: z.string(), secret: z.string() }).optional(),
      token: z.object({ id: z.string() }).optional(),
    }),
    scope: z.unknown().optional(),
  }),
});

type KeystoneParts = {
  readonly tokens: TokenStore;
  readonly catalog: ReturnType<typeof makeCatalogStore>;
  /** The URL of Keystone. */
  readonly uri: () => string;
};

/** The service `identity`. */
export const makeKeystone =
  (parts: KeystoneParts): Served =>
  (request) => {
    if (/^\/v3\/auth\/tokens$/.test(request.below)) {
      return request.method === 'POST' ? logIn(parts, request) : onToken(parts, request);
    }
    const caller = parts.tokens.good(request.headers['x-auth-token']);
    if (!caller) return unauthorized(parts.uri());
    if (!caller.roles.includes('admin')) {
      const action = 'You are not authorized to perform the requested action.';
      return refused(403, 'Forbidden', action);
    }
    return parts.catalog.routes(request);
  };

function logIn({ tokens, catalog, uri }: KeystoneParts, request: ServedRequest): ServedAnswer {
  const { data } = LoginBody.safeParse(request.body);
  if (!data) return refused(400, 'Bad Request', "'auth' is a required property");
  const { application_credential: credential, token: from } = data.auth.identity;
  const scoped = data.auth.scope !== undefined;
  const known = tokens.good(from?.id);
  const token = credential
    ? !scoped && tokens.login(credential.id, credential.secret)
    : known && tokens.tokenFor(known);
  if (!token) return unauthorized(uri());
  const made = tokens.any(token);
  if (!made) return unauthorized(uri());
  const body = tokenBody(made, catalog.asCatalog());
  return { status: 201, body, headers: { 'X-Subject-Token': token } };
}

/** Validates or revokes the token in `X-Subject-Token`. */
function onToken({ tokens, catalog, uri }: KeystoneParts, request: ServedRequest): ServedAnswer {
  const { method, headers, query } = request;
  const own = headers['x-auth-token'];
  const text = headers['x-subject-token'];
  const caller = tokens.good(own);
  if (!caller) {
    // With its cache, Keystone first finds the caller's token valid, and only later finds its
    // revocation.
    const revoked = own !== undefined && own === text && tokens.any(own)?.state === 'revoked';
    return revoked ? refused(404, 'Not Found', 'Failed to validate token') : unauthorized(uri());
  }
  if (text === undefined) return refused(404, 'Not Found', 'No token in the request');
  const may = caller.roles.some((role) => role === 'admin' || role === 'service') || own === text;
  if (!may) {
    return refused(403, 'Forbidden', 'You are not authorized to perform the requested action.');
  }
  const token = tokens.good(text);
  if (!token) return refused(404, 'Not Found', 'Failed to validate token');
  const knowsRules = Number(headers['openstack-identity-access-rules'] ?? 0) >= 1;
  if (token.accessRules && !knowsRules) {
    return refused(404, 'Not Found', 'Failed to validate token');
  }
  if (method === 'DELETE') {
    tokens.revoke(text);
    return { status: 204 };
  }
  const body = tokenBody(token, query.has('nocatalog') ? undefined : catalog.asCatalog());
  return { status: 200, headers: { 'X-Subject-Token': text }, ...(method !== 'HEAD' && { body }) };
}
