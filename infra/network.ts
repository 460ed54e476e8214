import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSecret, allowSend } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/** The surface `/network`: Neutron v2.0, limited to a registry of ports and networks. */
export class Network extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, messaging, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'network',
      description: 'Doctor: ports, their status and data plane status (Neutron v2.0)',
      errorImpact: 'its callers get 5xx',
      environment: {
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        ...otherIssuerVariables({ tables, settings }),
        VALIDITY_TABLE: tables.validity.tableName,
        PORTS_TABLE: tables.ports.tableName,
        NETWORKS_TABLE: tables.networks.tableName,
        EVENT_QUEUE_URL: messaging.eventQueue.queueUrl,
        CHANGE_QUEUE_URL: messaging.changeQueue.queueUrl,
        ...variablesOf(settings, 'publicUrl', 'corsAllowedOrigins'),
      },
    });
    const { function: fn } = this;
    const { ports, networks } = tables;
    allowSecret(fn, secrets.signing);
    allowOtherIssuers(fn, { tables, settings });
    allowRows(fn, tables.validity, 'BatchGetItem');
    allowRows(fn, ports, 'GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem');
    allowIndexes(fn, ports, 'byHost', 'byDevice', 'byName', 'byProject', 'listing');
    allowRows(fn, networks, 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem', 'Query');
    allowIndexes(fn, networks, 'byProject', 'listing');
    allowSend(fn, messaging.eventQueue);
    allowSend(fn, messaging.changeQueue);
  }
}
