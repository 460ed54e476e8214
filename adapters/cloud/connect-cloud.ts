/** The session with the OpenStack cloud of the setting `cloud`, for a function's `connect.ts`. */
import type { Clients } from '../clients.ts';
import { optionalText } from '../env.ts';
import { secretText } from '../secrets.ts';
import { readCloudSecret } from './cloud-secret.ts';
import { type CloudSession, type CloudSessionDeps, makeCloudSession } from './session.ts';

/** The variable of a function that uses the cloud: the secret's name or ARN; empty without a cloud. */
export const cloudClientVariables = { CLOUD_SECRET: optionalText };

/** The session. Nothing is read or sent before its first request. */
export function connectCloud(
  env: { readonly CLOUD_SECRET: string },
  { secrets }: Pick<Clients, 'secrets'>,
  options: Pick<CloudSessionDeps, 'mostInFlight'> = {},
): CloudSession {
  const text = secretText(secrets, env.CLOUD_SECRET);
  return makeCloudSession({
    ...options,
    secret: async (maxAgeMs) => readCloudSecret(await text(maxAgeMs)),
  });
}
