import { Construct } from 'constructs';
import { allowIndexes, allowRows, allowSecret } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The variables of a function that checks passwords: limits of wrong logins, and the cost of hashes. */
export const passwordVariables = ({ tables, settings }: Pick<Wiring, 'tables' | 'settings'>) => ({
  ATTEMPTS_TABLE: tables.attempts.tableName,
  ...variablesOf(
    settings,
    'loginAttemptsPerUser',
    'loginAttemptsPerSource',
    'loginAttemptsWindowSeconds',
    'passwordHashRounds',
  ),
});

/** The surface `/identity`: Keystone v3. It reads users and projects and never writes them. */
export class Identity extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'identity',
      description: 'Doctor: tokens and the service catalogue (Keystone v3)',
      errorImpact: 'its callers get 5xx',
      environment: {
        IDENTITY_TABLE: tables.identity.tableName,
        VALIDITY_TABLE: tables.validity.tableName,
        CREDENTIALS_TABLE: tables.credentials.tableName,
        ...passwordVariables({ tables, settings }),
        ADMIN_SECRET_ARN: secrets.admin.secretArn,
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        ...variablesOf(
          settings,
          'publicUrl',
          'corsAllowedOrigins',
          'regionName',
          'credentialsPerUser',
        ),
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
