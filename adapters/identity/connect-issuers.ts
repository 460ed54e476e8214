/** Puts the issuers together whose tokens a function accepts beside Doctor's own. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../clients.ts';
import { cloudClientVariables } from '../cloud/connect-cloud.ts';
import { list, optionalText } from '../env.ts';
import type { OtherIssuerEnv } from './issuers-of-settings.ts';
import type { TokenIssuer } from './other-issuers.ts';

/** The variables of a function that accepts such tokens; all are empty if it accepts none. */
export const otherIssuerVariables = {
  ...cloudClientVariables,
  ATTEMPTS_TABLE: optionalText,
  OIDC_ISSUER: optionalText,
  OIDC_AUDIENCE: optionalText,
  OIDC_PROJECT_CLAIM: optionalText,
  OIDC_ROLES_CLAIM: optionalText,
  OIDC_ROLES: list,
};

/** The issuers of the environment. Without the settings there are none, and none of their code is loaded. */
export async function connectIssuers(
  env: OtherIssuerEnv,
  clients: Pick<Clients, 'dynamo' | 'secrets'>,
  logger: Pick<Logger, 'warn'>,
): Promise<readonly TokenIssuer[]> {
  if (env.OIDC_ISSUER === '' && env.CLOUD_SECRET === '') return [];
  const { issuersOfSettings } = await import('./issuers-of-settings.ts');
  return issuersOfSettings(env, clients, logger);
}
