import { Duration } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowInvoke, allowOnAll, allowRows, allowSecret } from './grants.ts';
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
  'alarms',
];

/** The functions whose routes a page reads again after a change, by their names in `functions/`. */
export type Readers = Readonly<
  Record<'compute' | 'network' | 'alarming' | 'doctor' | 'monitors', IFunction>
>;

/** The routes below `/doctor/v1` that consoles and operators read, silences, and tests of alarms. */
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
      description: 'Doctor: what consoles and operators read; silences, tests of alarms',
      // A held request mostly waits, so its cost depends on the memory.
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
        ALARMS_TABLE: tables.alarms.tableName,
        SUBSCRIPTIONS_TABLE: tables.subscriptions.tableName,
        READ_FUNCTIONS: Object.entries(readers)
          .map(([name, { functionName }]) => `${name}=${functionName}`)
          .join(','),
        ...watchedQueueVariables(messaging),
        ...variablesOf(
          settings,
          'serviceDownTimeSeconds',
          'heldRequestsPerProject',
          'heldRequests',
          'silencesPerProject',
          'silenceLongestSeconds',
          'alarmTestsPerProject',
          'publicUrl',
          'corsAllowedOrigins',
        ),
      },
    });
    const { function: fn } = this;
    allowSecret(fn, secrets.signing);
    allowOtherIssuers(fn, { tables, settings });
    allowRows(fn, tables.silences, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowReads(fn, tables);
    allowOnAll(fn, ['dynamodb:UpdateItem'], arnsOf(tables.quotas, tables.history, tables.places));
    allowOnAll(fn, ['dynamodb:PutItem'], arnsOf(tables.activity, tables.history));
    allowRows(fn, tables.places, 'PutItem', 'DeleteItem');
    allowInvoke(fn, Object.values(readers));
    allowCounting(fn, messaging);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      // No retries: the next minute takes a new sample.
      targets: [new LambdaFunction(fn, { retryAttempts: 0 })],
    });
    allowRedrive(fn, messaging);
  }
}

const arnsOf = (...all: readonly ITable[]): string[] => all.map(({ tableArn }) => tableArn);

const indexes = ({ tableArn }: ITable, ...names: readonly string[]): string[] =>
  names.map((name) => `${tableArn}/index/${name}`);

/** Grants the reads, in one statement for each action, because a policy has at most 10 kB. */
function allowReads(fn: ServiceFunction, tables: Wiring['tables']): void {
  const { activity, affected, faults, hosts, instances, migrations, ports } = tables;
  allowOnAll(
    fn,
    ['dynamodb:Query'],
    [
      ...arnsOf(activity, affected, migrations, tables.roster),
      ...indexes(faults, 'open', 'byHost'),
      ...indexes(instances, 'byState'),
      ...indexes(ports, 'listing'),
      ...indexes(tables.silences, 'byProject', 'byTime'),
      ...indexes(tables.subscriptions, 'byProject'),
    ],
  );
  allowOnAll(fn, ['dynamodb:GetItem'], arnsOf(hosts, migrations, tables.alarms, tables.history));
  allowOnAll(
    fn,
    ['dynamodb:BatchGetItem'],
    arnsOf(tables.validity, faults, migrations, tables.quotas, tables.subscriptions),
  );
}
