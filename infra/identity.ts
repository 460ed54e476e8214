import { Construct } from 'constructs';
import { allowIndexes, allowRows, allowSecret } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import type { Capability, Wiring } from './wiring.ts';

/** What whoever checks passwords needs for the limits of wrong attempts. */
export const attemptLimits = ({ tables, settings }: Pick<Wiring, 'tables' | 'settings'>) => ({
  ATTEMPTS_TABLE: tables.attempts.tableName,
  LOGIN_ATTEMPTS_PER_USER: String(settings.loginAttemptsPerUser),
  LOGIN_ATTEMPTS_PER_SOURCE: String(settings.loginAttemptsPerSource),
  LOGIN_ATTEMPTS_WINDOW_SECONDS: String(settings.loginAttemptsWindowSeconds),
});

/** `/identity`: Keystone v3. It reads users and projects, and never writes them. */
export class Identity extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'identity',
      description: 'Doctor: tokens and the service catalogue (Keystone v3)',
      errorImpact: null,
      environment: {
        IDENTITY_TABLE: tables.identity.tableName,
        VALIDITY_TABLE: tables.validity.tableName,
        CREDENTIALS_TABLE: tables.credentials.tableName,
        CREDENTIALS_PER_USER: String(settings.credentialsPerUser),
        ...attemptLimits({ tables, settings }),
        ADMIN_SECRET_ARN: secrets.admin.secretArn,
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        PUBLIC_URL: settings.publicUrl,
        CORS_ALLOWED_ORIGINS: settings.corsAllowedOrigins.join(','),
        REGION_NAME: settings.regionName,
      },
    });
    allowSecret(this.function, secrets.admin);
    allowSecret(this.function, secrets.signing);
    const { identity, validity, credentials, attempts } = tables;
    allowRows(this.function, identity, 'GetItem', 'BatchGetItem');
    allowIndexes(this.function, identity, 'listing');
    allowRows(this.function, validity, 'BatchGetItem', 'GetItem', 'PutItem', 'DeleteItem');
    allowRows(this.function, credentials, 'GetItem', 'Query', 'PutItem', 'DeleteItem');
    allowRows(this.function, attempts, 'UpdateItem', 'DeleteItem');
  }
}
