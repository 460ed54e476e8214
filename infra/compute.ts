import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSecret, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The surfaces `/compute` (Nova v2.1, which takes reports of host faults) and `/image`. */
export class Compute extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'compute',
      description: 'Doctor: servers, services and force-down (Nova v2.1)',
      errorImpact: 'its callers get 5xx',
      environment: {
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        ...otherIssuerVariables({ tables, settings }),
        VALIDITY_TABLE: tables.validity.tableName,
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        CONDITIONS_TABLE: tables.conditions.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        ...variablesOf(
          settings,
          'serviceDownTimeSeconds',
          'instancesOnForceDown',
          'evacuationExecutor',
          'publicUrl',
          'corsAllowedOrigins',
        ),
      },
    });
    const { function: fn } = this;
    const { hosts, roster, faults, instances, migrations } = tables;
    allowSecret(fn, secrets.signing);
    allowOtherIssuers(fn, { tables, settings });
    allowRows(fn, tables.validity, 'BatchGetItem');
    allowRows(fn, hosts, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    allowIndexes(fn, hosts, 'byService', 'byNumber', 'byHypervisor');
    allowRows(fn, roster, 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowRows(fn, faults, 'PutItem', 'UpdateItem');
    allowRows(fn, tables.conditions, 'UpdateItem');
    allowRows(fn, instances, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(
      fn,
      instances,
      'byHost',
      'rowsByHost',
      'byTarget',
      'byProject',
      'byTime',
      'byState',
      'byChange',
    );
    allowRows(fn, migrations, 'GetItem', 'BatchGetItem', 'Query');
    allowRows(fn, migrations, 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    allowIndexes(fn, migrations, 'byUuid', 'byInstance', 'byTarget', 'byStatus', 'byTime');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
  }
}
