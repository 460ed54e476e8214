/** Access to the secret of the setting `cloud`, for the functions that use the OpenStack cloud. */
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { allowRows, allowSecret } from './grants.ts';
import { type ServiceSettings, variablesOf } from './settings.ts';
import type { Wiring } from './wiring.ts';

type CloudSettings = Pick<ServiceSettings, 'cloud'>;

/** The variable of a function that uses the cloud; none without a cloud. */
export const cloudVariables = (settings: ServiceSettings): Readonly<Record<string, string>> =>
  settings.cloud === '' ? {} : variablesOf(settings, 'cloud');

/** Grants reading the cloud's secret; grants nothing without a cloud. */
export function allowCloud(grantee: IGrantable & IConstruct, { cloud }: CloudSettings): void {
  if (cloud !== '') allowSecret(grantee, { secretArn: secretArnOf(grantee, cloud) });
}

/** The ARN of a secret. One that is known by its name ends with six characters that AWS chooses. */
export function secretArnOf(scope: IConstruct, secret: string): string {
  if (secret.startsWith('arn:')) return secret;
  const resourceName = `${secret}-??????`;
  return Arn.format(
    {
      service: 'secretsmanager',
      resource: 'secret',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    Stack.of(scope),
  );
}

type Issuing = Pick<Wiring, 'tables' | 'settings'>;

const acceptsOthers = ({ cloud, oidcIssuer }: ServiceSettings): boolean =>
  cloud !== '' || oidcIssuer !== '';

/** The variables of a function that accepts tokens of other issuers; none if it accepts Doctor's only. */
export function otherIssuerVariables({
  tables,
  settings,
}: Issuing): Readonly<Record<string, string>> {
  if (!acceptsOthers(settings)) return {};
  const oidc = ['oidcIssuer', 'oidcAudience', 'oidcProjectClaim', 'oidcRolesClaim'] as const;
  return {
    ...cloudVariables(settings),
    ATTEMPTS_TABLE: tables.attempts.tableName,
    ...(settings.oidcIssuer !== '' && variablesOf(settings, ...oidc, 'oidcRoles')),
  };
}

/** Grants what the check of such tokens needs: the cloud's secret, and counting refused tokens. */
export function allowOtherIssuers(
  grantee: IGrantable & IConstruct,
  { tables, settings }: Issuing,
): void {
  if (!acceptsOthers(settings)) return;
  allowCloud(grantee, settings);
  allowRows(grantee, tables.attempts, 'UpdateItem');
}
