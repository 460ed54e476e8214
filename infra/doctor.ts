import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowMirror, mirrorVariables } from './cloud-mirror.ts';
import { allowIndexes, allowRows, allowSecret, allowSend, allowSubscribe } from './grants.ts';
import { passwordVariables } from './identity.ts';
import { inventoryVariables } from './inventory.ts';
import { topicVariables } from './messaging.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The variables for subscriptions to notifications. */
const subscriptionVariables = ({
  tables,
  messaging,
  settings,
}: Pick<Wiring, 'tables' | 'messaging' | 'settings'>) => ({
  SUBSCRIPTIONS_TABLE: tables.subscriptions.tableName,
  QUOTAS_TABLE: tables.quotas.tableName,
  ...topicVariables(messaging),
  ...variablesOf(
    settings,
    'subscriptionsPerProject',
    'subscriptionCooldownSeconds',
    'subscriptionRequestsPerHour',
  ),
});

/** The variables for users, their tokens and their secrets. */
const identityVariables = ({ tables, secrets, settings }: Omit<Wiring, 'messaging'>) => ({
  ADMIN_SECRET_ARN: secrets.admin.secretArn,
  SIGNING_SECRET_ARN: secrets.signing.secretArn,
  ...otherIssuerVariables({ tables, settings }),
  VALIDITY_TABLE: tables.validity.tableName,
  WEBHOOK_SECRET_ARN: secrets.webhooks.secretArn,
  IDENTITY_TABLE: tables.identity.tableName,
  CREDENTIALS_TABLE: tables.credentials.tableName,
  ...passwordVariables({ tables, settings }),
});

/**
 * The first segments below `/doctor/v1` of the routes of this function that tenants use. The gateway counts
 * them apart, so that they do not use up the limit of reports and events.
 */
export const tenantPaths = ['faults', 'subscriptions', 'webhook-key'];

/**
 * The surface `/doctor/v1`: registration of users, hosts and servers, faults, subscriptions, and
 * events from outside.
 */
export class Doctor extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'doctor',
      description: 'Doctor: registration of users, hosts and servers; events from outside',
      errorImpact: 'its callers get 5xx',
      environment: {
        ...identityVariables({ tables, secrets, settings }),
        ...subscriptionVariables({ tables, messaging, settings }),
        HOSTS_TABLE: tables.hosts.tableName,
        ROSTER_TABLE: tables.roster.tableName,
        FAULTS_TABLE: tables.faults.tableName,
        AFFECTED_TABLE: tables.affected.tableName,
        HISTORY_TABLE: tables.history.tableName,
        INSTANCES_TABLE: tables.instances.tableName,
        MIGRATIONS_TABLE: tables.migrations.tableName,
        PORTS_TABLE: tables.ports.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        URGENT_QUEUE_URL: messaging.urgentQueue.queueUrl,
        BULK_QUEUE_URL: messaging.bulkQueue.queueUrl,
        BULK_DLQ_URL: messaging.bulkDeadLetters.queueUrl,
        ...inventoryVariables(messaging),
        ...mirrorVariables({ tables, messaging }),
        ...variablesOf(
          settings,
          'safeLaneDelaySeconds',
          'serviceDownTimeSeconds',
          'publicUrl',
          'corsAllowedOrigins',
        ),
      },
    });
    const { function: fn } = this;
    const { affected, faults, hosts, identity, instances, migrations, ports } = tables;
    allowSecret(fn, secrets.admin);
    allowSecret(fn, secrets.signing);
    allowOtherIssuers(fn, { tables, settings });
    allowSecret(fn, secrets.webhooks);
    allowRows(fn, identity, 'GetItem', 'PutItem', 'DeleteItem');
    allowRows(fn, tables.validity, 'BatchGetItem', 'GetItem', 'PutItem');
    allowRows(fn, tables.credentials, 'GetItem');
    allowRows(fn, tables.attempts, 'UpdateItem', 'DeleteItem');
    allowRows(fn, hosts, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem');
    allowRows(fn, hosts, 'PartiQLUpdate');
    allowRows(fn, tables.roster, 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'PartiQLUpdate');
    allowRows(fn, instances, 'GetItem', 'BatchGetItem', 'PutItem');
    allowRows(fn, migrations, 'GetItem', 'PutItem', 'UpdateItem');
    allowRows(fn, ports, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, ports, 'byHost');
    allowRows(fn, faults, 'BatchGetItem', 'PutItem', 'UpdateItem');
    allowIndexes(fn, faults, 'byFaultId', 'byHost', 'open', 'byTime');
    allowRows(fn, affected, 'BatchGetItem', 'Query');
    allowIndexes(fn, affected, 'byProject');
    allowIndexes(fn, tables.history, 'byFault');
    allowRows(fn, tables.subscriptions, 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem');
    allowIndexes(fn, tables.subscriptions, 'byProject', 'byTime');
    allowRows(fn, tables.quotas, 'UpdateItem');
    for (const topic of [...messaging.notifications, ...messaging.groups])
      allowSubscribe(fn, topic);
    for (const queue of queuesOf(messaging)) allowSend(fn, queue);
    if (messaging.inventoryQueue) allowSend(fn, messaging.inventoryQueue);
    allowMirror(fn, { tables, messaging });
  }
}

/** The queues of events that the function sends to, and the queue of events that it cannot read. */
const queuesOf = ({
  eventQueue,
  changeQueue,
  urgentQueue,
  bulkQueue,
  bulkDeadLetters,
}: Wiring['messaging']) => [eventQueue, changeQueue, urgentQueue, bulkQueue, bulkDeadLetters];
