import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowIndexes, allowInvoke, allowRows, allowSecret } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import { allowCounting, allowRedrive, watchedQueueVariables } from './watched-queues.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The first segments below `/doctor/v1` of the routes for consoles and operators. */
export const operationPaths = [
  'openapi.json',
  'changes',
  'status',
  'rates',
  'host-history',
  'dead-letters',
  'silences',
];

/** The functions that serve what pages read again after changes, by their names in `functions/`. */
export type Readers = Readonly<
  Record<'compute' | 'network' | 'alarming' | 'doctor' | 'monitors', IFunction>
>;

/** What consoles and operators read below `/doctor/v1`, and silences. */
export class Operations extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(
    scope: Construct,
    id: string,
    { tables, messaging, secrets, settings, readers }: Wiring & { readonly readers: Readers },
  ) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'operations',
      description: 'Doctor: what consoles and operators read; silences',
      // A held request waits most of its time: memory is what it costs.
      memorySize: 512,
      errorImpact: 'consoles and the command line get 5xx; faults are not affected',
      environment: {
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        ...otherIssuerVariables({ tables, settings }),
        VALIDITY_TABLE: tables.validity.tableName,
        SILENCES_TABLE: tables.silences.tableName,
        QUOTAS_TABLE: tables.quotas.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        PLACES_TABLE: tables.places.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        PORTS_TABLE: tables.ports.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        HOSTS_TABLE: tables.hosts.tableName,
        AFFECTED_TABLE: tables.affected.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        HISTORY_TABLE: tables.history.tableName,
        READ_FUNCTIONS: Object.entries(readers)
          .map(([name, { functionName }]) => `${name}=${functionName}`)
          .join(','),
        ...watchedQueueVariables(messaging),
        ...variablesOf(
          settings,
          'serviceDownTimeSeconds',
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
    allowOtherIssuers(fn, { tables, settings });
    allowRows(fn, tables.validity, 'BatchGetItem');
    allowRows(fn, tables.silences, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowIndexes(fn, tables.silences, 'byProject', 'byTime');
    allowRows(fn, tables.quotas, 'UpdateItem');
    allowRows(fn, tables.activity, 'Query', 'PutItem');
    allowRows(fn, tables.places, 'PutItem', 'DeleteItem');
    allowRows(fn, tables.roster, 'Query');
    allowIndexes(fn, tables.instances, 'byState');
    allowIndexes(fn, tables.ports, 'listing');
    allowIndexes(fn, tables.faults, 'open');
    allowHistoryOfHosts(fn, tables);
    allowRows(fn, tables.history, 'UpdateItem');
    allowInvoke(fn, Object.values(readers));
    allowCounting(fn, messaging);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute has a sample of its own.
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
    allowRedrive(fn, messaging);
  }
}

/** Lets the function read what the history of a host is made of. */
function allowHistoryOfHosts(fn: ServiceFunction, tables: Wiring['tables']): void {
  allowIndexes(fn, tables.faults, 'byHost');
  allowRows(fn, tables.faults, 'BatchGetItem');
  allowRows(fn, tables.hosts, 'GetItem');
  allowRows(fn, tables.affected, 'Query');
  allowRows(fn, tables.migrations, 'GetItem', 'BatchGetItem', 'Query');
}
