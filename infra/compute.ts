import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSecret, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

interface ComputeProps extends Wiring {
  readonly description: string;
  readonly errorImpact: string;
}

/**
 * The program `compute`, which serves `/compute` and `/image`. It is deployed twice: its routes are the
 * same, and the gateway decides which paths each gets.
 */
class ComputeProgram extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, props: ComputeProps) {
    super(scope, id);
    const { tables, messaging, secrets, settings } = props;
    this.function = new ServiceFunction(this, 'Function', {
      name: 'compute',
      description: props.description,
      errorImpact: props.errorImpact,
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
    allowRows(fn, hosts, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, hosts, 'byService', 'byNumber');
    allowRows(fn, roster, 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
    allowRows(fn, faults, 'PutItem', 'UpdateItem');
    allowRows(fn, tables.conditions, 'UpdateItem');
    allowRows(fn, instances, 'GetItem', 'BatchGetItem', 'PutItem');
    allowIndexes(fn, instances, 'byHost', 'rowsByHost', 'byTarget');
    allowRows(fn, migrations, 'GetItem', 'PutItem', 'ConditionCheckItem');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
  }
}

/** The first segments below `/compute/v2.1` of the services of hosts, by which hosts are reported. */
export const hostReportPaths = ['os-services'];

/**
 * The services of hosts, which take reports of host faults. Tenants have no access to these routes, so
 * none of their requests runs in this function.
 */
export class HostReports extends ComputeProgram {
  constructor(scope: Construct, id: string, wiring: Wiring) {
    super(scope, id, {
      ...wiring,
      description: 'Doctor: services and force-down of hosts (Nova v2.1)',
      errorImpact: 'reports of hosts get 5xx, and their senders repeat them',
    });
  }
}

/** The surfaces `/compute` (Nova v2.1) and `/image`, without the services of hosts. */
export class Compute extends ComputeProgram {
  constructor(scope: Construct, id: string, wiring: Wiring) {
    super(scope, id, {
      ...wiring,
      description: 'Doctor: servers, hypervisors and evacuations (Nova v2.1)',
      errorImpact: 'its callers get 5xx',
    });
    const { function: fn } = this;
    const { hosts, instances, migrations } = wiring.tables;
    allowRows(fn, hosts, 'ConditionCheckItem');
    allowIndexes(fn, hosts, 'byHypervisor');
    allowIndexes(fn, instances, 'byProject', 'byTime', 'byState', 'byChange');
    allowRows(fn, migrations, 'BatchGetItem', 'Query', 'UpdateItem');
    allowIndexes(fn, migrations, 'byUuid', 'byInstance', 'byTarget', 'byStatus', 'byTime');
  }
}
