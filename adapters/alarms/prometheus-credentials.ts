/** The headers of a request to Prometheus: HTTP Basic, Bearer, or the signature of AWS. */
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';

/** The headers of a POST of this body of a form to the address. */
export type Authorize = (url: URL, body: string) => Promise<Readonly<Record<string, string>>>;

const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** No credentials. */
export const anonymous: Authorize = async () => form;

/** The secret of the operator: a user with a password, or a token. */
const Credentials = z.union([
  z.object({ username: z.string(), password: z.string() }),
  z.object({ token: z.string() }),
]);

/**
 * HTTP Basic or Bearer, by what the secret holds: `{"username", "password"}` or `{"token"}`.
 * @param read the text of the secret.
 */
export const fromSecret =
  (read: () => Promise<string>): Authorize =>
  async () => {
    const credentials = Credentials.parse(JSON.parse(await read()));
    const authorization =
      'token' in credentials
        ? `Bearer ${credentials.token}`
        : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    return { ...form, authorization };
  };

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

/**
 * The signature of AWS (SigV4) for Amazon Managed Service for Prometheus, with the credentials of the
 * function's role.
 */
export function signed(region: string): Authorize {
  const signer = new SignatureV4({
    service: 'aps',
    region,
    credentials: fromEnv(),
    sha256: Sha256,
  });
  return async (url, body) => {
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { ...form, host: url.host },
      body,
    });
    // Node sets the host itself.
    const { host, ...rest } = headers;
    return rest;
  };
}
