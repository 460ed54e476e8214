import { Construct } from 'constructs';
import { allowIndexes, allowRows, allowSecret } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The first segments below `/doctor/v1` of the routes for consoles and operators. */
export const operationPaths = ['openapi.json', 'changes', 'silences'];

/** What consoles and operators read below `/doctor/v1`, and silences. */
export class Operations extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'operations',
      description: 'Doctor: what consoles and operators read; silences',
      // A held request waits most of its time: memory is what it costs.
      memorySize: 512,
      errorImpact: 'consoles and the command line get 5xx; faults are not affected',
      environment: {
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        VALIDITY_TABLE: tables.validity.tableName,
        SILENCES_TABLE: tables.silences.tableName,
        QUOTAS_TABLE: tables.quotas.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        PLACES_TABLE: tables.places.tableName,
        ...variablesOf(
          settings,
          'heldRequestsPerProject',
          'silencesPerProject',
          'silenceLongestSeconds',
          'publicUrl',
          'corsAllowedOrigins',
        ),
      },
    });
    const { function: fn } = this;
    allowSecret(fn, secrets.signing);
    allowRows(fn, tables.validity, 'BatchGetItem');
    allowRows(fn, tables.silences, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowIndexes(fn, tables.silences, 'byProject', 'byTime');
    allowRows(fn, tables.quotas, 'UpdateItem');
    allowRows(fn, tables.activity, 'Query');
    allowRows(fn, tables.places, 'PutItem', 'DeleteItem');
  }
}
