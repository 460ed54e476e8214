import { Construct } from 'constructs';
import { allowRows, allowSecret } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import type { Capability, Wiring } from './wiring.ts';

/** `/identity`: Keystone v3. */
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
        ADMIN_SECRET_ARN: secrets.admin.secretArn,
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        PUBLIC_URL: settings.publicUrl,
        CORS_ALLOWED_ORIGINS: settings.corsAllowedOrigins.join(','),
        REGION_NAME: settings.regionName,
      },
    });
    allowSecret(this.function, secrets.admin);
    allowSecret(this.function, secrets.signing);
    allowRows(this.function, tables.identity, 'GetItem', 'PutItem');
  }
}
