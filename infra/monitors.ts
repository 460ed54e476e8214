import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSecret, allowSend } from './grants.ts';
import { passwordVariables } from './identity.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The first segments below `/doctor/v1` of the routes of conditions and of monitors. */
export const monitorPaths = [
  ...['conditions', 'sources', 'unmatched', 'inspector'],
  ...['alertmanager', 'prometheus', 'am', 'consul', 'redfish'],
];

/**
 * The routes for monitors, below `/doctor/v1`, `/events` and `/instance-ha`: reports and
 * administration of conditions of hosts, ports and servers.
 */
export class Monitors extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'monitors',
      description: 'Doctor: what monitors report of hosts, ports and servers',
      errorImpact: 'monitors get 5xx, and most of them send again',
      environment: {
        ADMIN_SECRET_ARN: secrets.admin.secretArn,
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        ...otherIssuerVariables({ tables, settings }),
        VALIDITY_TABLE: tables.validity.tableName,
        IDENTITY_TABLE: tables.identity.tableName,
        CREDENTIALS_TABLE: tables.credentials.tableName,
        ...passwordVariables({ tables, settings }),
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        CONDITIONS_TABLE: tables.conditions.tableName,
        SOURCES_TABLE: tables.sources.tableName,
        UNMATCHED_TABLE: tables.unmatched.tableName,
        RECEIVED_TABLE: tables.received.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        ...variablesOf(settings, 'publicUrl', 'corsAllowedOrigins'),
      },
    });
    const { function: fn } = this;
    const { hosts, roster, faults, instances, migrations, conditions, sources, unmatched } = tables;
    allowSecret(fn, secrets.admin);
    allowSecret(fn, secrets.signing);
    allowOtherIssuers(fn, { tables, settings });
    allowRows(fn, tables.identity, 'GetItem');
    allowRows(fn, tables.validity, 'BatchGetItem', 'GetItem');
    allowRows(fn, tables.credentials, 'GetItem');
    allowRows(fn, tables.attempts, 'UpdateItem', 'DeleteItem');
    allowRows(fn, hosts, 'GetItem', 'BatchGetItem', 'PutItem');
    allowRows(fn, roster, 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowRows(fn, faults, 'PutItem', 'UpdateItem');
    allowRows(fn, instances, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, instances, 'byHost', 'rowsByHost', 'byTarget');
    allowRows(fn, migrations, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    allowRows(fn, tables.ports, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, tables.ports, 'byHost');
    allowRows(fn, conditions, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowIndexes(fn, conditions, 'bySource', 'byTarget', 'byTime', 'open', 'raised');
    allowRows(fn, sources, 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem');
    allowIndexes(fn, sources, 'listing');
    allowRows(fn, unmatched, 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowIndexes(fn, unmatched, 'bySource', 'byTime');
    allowRows(fn, tables.received, 'GetItem', 'PutItem');
    allowIndexes(fn, tables.received, 'byTime');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
  }
}
