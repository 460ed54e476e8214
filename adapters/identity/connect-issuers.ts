/** Puts the issuers together whose tokens a function accepts beside Doctor's own. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type * as z from 'zod';
import type { Clients } from '../clients.ts';
import { readCloudSecret } from '../cloud/cloud-secret.ts';
import { cloudClientVariables } from '../cloud/connect-cloud.ts';
import { keystoneTokens } from '../cloud/keystone-tokens.ts';
import { isOutage, makeValidation } from '../cloud/validation.ts';
import { type environment, optionalText } from '../env.ts';
import { secretText } from '../secrets.ts';
import { badTokenCounts } from './bad-tokens.ts';
import { makeRemembering, type TokenIssuer } from './other-issuers.ts';

/** The variables of a function that accepts such tokens; all are empty if it accepts none. */
export const otherIssuerVariables = { ...cloudClientVariables, ATTEMPTS_TABLE: optionalText };

type OtherIssuerEnv = z.infer<ReturnType<typeof environment<typeof otherIssuerVariables>>>;

/** The issuers of the environment; none without the settings. */
export function connectIssuers(
  env: OtherIssuerEnv,
  { dynamo, secrets }: Pick<Clients, 'dynamo' | 'secrets'>,
  logger: Pick<Logger, 'warn'>,
): TokenIssuer[] {
  if (env.CLOUD_SECRET === '') return [];
  const text = secretText(secrets, env.CLOUD_SECRET);
  const ask = makeValidation(async () => readCloudSecret(await text()));
  const badTokens = badTokenCounts(dynamo, env.ATTEMPTS_TABLE);
  const warn = (about: string, error: unknown) => logger.warn(about, { error });
  return [keystoneTokens(makeRemembering({ ask, isOutage, badTokens, warn }))];
}
