/** The Keystone of the setting `cloud` as an issuer of tokens that Doctor accepts. */

import type { TokenIssuer } from '../identity/other-issuers.ts';
import { issuerIn } from '../identity/token-form.ts';
import { ownIssuer } from '../identity/tokens.ts';

/**
 * The longest token that Keystone is asked about. Fernet tokens have about 200 characters, signed ones
 * some hundred more. It is sent twice, and uWSGI takes 4 kB of headers by default.
 */
const mostCharacters = 1_500;

/** Tokens of Keystone: any visible characters, but not a JWT that names Doctor as its issuer. */
export const keystoneTokens = (session: TokenIssuer['session']): TokenIssuer => ({
  recognises: (token) =>
    token.length <= mostCharacters && /^[\x21-\x7e]+$/.test(token) && issuerIn(token) !== ownIssuer,
  bearer: false,
  session,
});
