/** The issuers whose tokens a function accepts beside Doctor's own, as the settings name them. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../clients.ts';
import { readCloudSecret } from '../cloud/cloud-secret.ts';
import { keystoneTokens } from '../cloud/keystone-tokens.ts';
import { isOutage, makeValidation } from '../cloud/validation.ts';
import { secretText } from '../secrets.ts';
import { badTokenCounts } from './bad-tokens.ts';
import { issuerKeys } from './issuer-keys.ts';
import { roleMap } from './oidc-claims.ts';
import { hasNoKeys, makeOidcCheck, oidcTokens } from './oidc-tokens.ts';
import { makeRemembering, type TokenIssuer } from './other-issuers.ts';

/** What the environment says of the issuers. A text is empty for an issuer that is not set. */
export type OtherIssuerEnv = {
  readonly CLOUD_SECRET: string;
  readonly ATTEMPTS_TABLE: string;
  readonly OIDC_ISSUER: string;
  readonly OIDC_AUDIENCE: string;
  readonly OIDC_PROJECT_CLAIM: string;
  readonly OIDC_ROLES_CLAIM: string;
  readonly OIDC_ROLES: readonly string[];
};

/** The issuers of the environment. */
export function issuersOfSettings(
  env: OtherIssuerEnv,
  { dynamo, secrets }: Pick<Clients, 'dynamo' | 'secrets'>,
  logger: Pick<Logger, 'warn'>,
): TokenIssuer[] {
  const shared = {
    badTokens: badTokenCounts(dynamo, env.ATTEMPTS_TABLE),
    warn: (about: string, error: unknown) => logger.warn(about, { error }),
  };
  return [...oidcIssuer(env, shared), ...keystone(env, secrets, shared)];
}

type Shared = Pick<Parameters<typeof makeRemembering>[0], 'badTokens' | 'warn'>;

/** The issuer of the setting `oidcIssuer`; none without it. */
function oidcIssuer(env: OtherIssuerEnv, shared: Shared): TokenIssuer[] {
  const { OIDC_ISSUER: issuer } = env;
  if (issuer === '') return [];
  const settings = {
    issuer,
    audience: env.OIDC_AUDIENCE,
    projectClaim: env.OIDC_PROJECT_CLAIM,
    rolesClaim: env.OIDC_ROLES_CLAIM,
    roles: roleMap(env.OIDC_ROLES),
  };
  const ask = makeOidcCheck(settings, issuerKeys(issuer));
  return [oidcTokens(issuer, makeRemembering({ ask, isOutage: hasNoKeys, ...shared }))];
}

/** The Keystone of the setting `cloud`; none without it. */
function keystone(env: OtherIssuerEnv, secrets: Clients['secrets'], shared: Shared): TokenIssuer[] {
  if (env.CLOUD_SECRET === '') return [];
  const text = secretText(secrets, env.CLOUD_SECRET);
  const ask = makeValidation(async () => readCloudSecret(await text()));
  return [keystoneTokens(makeRemembering({ ask, isOutage, ...shared }))];
}
