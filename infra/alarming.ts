import { Construct } from 'constructs';
import { allowOtherIssuers, otherIssuerVariables } from './cloud.ts';
import { allowIndexes, allowRows, allowSecret } from './grants.ts';
import { ServiceFunction } from './service-function.ts';
import { variablesOf } from './settings.ts';
import type { Capability, Wiring } from './wiring.ts';

/**
 * The first segment below `/doctor/v1` of the route that previews an alarm before it is created.
 */
export const previewPaths = ['alarm-preview'];

/** The surface `/alarming`: Aodh v2; and previews of alarms. */
export class Alarming extends Construct implements Capability {
  readonly function: ServiceFunction;

  constructor(scope: Construct, id: string, { tables, secrets, settings }: Wiring) {
    super(scope, id);
    this.function = new ServiceFunction(this, 'Function', {
      name: 'alarming',
      description: 'Doctor: alarms (Aodh v2)',
      errorImpact: 'its callers get 5xx',
      environment: {
        SIGNING_SECRET_ARN: secrets.signing.secretArn,
        ...otherIssuerVariables({ tables, settings }),
        VALIDITY_TABLE: tables.validity.tableName,
        ALARMS_TABLE: tables.alarms.tableName,
        HISTORY_TABLE: tables.history.tableName,
        QUOTAS_TABLE: tables.quotas.tableName,
        TIMERS_TABLE: tables.timers.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        ...variablesOf(
          settings,
          'actionTopics',
          'publicUrl',
          'corsAllowedOrigins',
          'acceptAlarmsWithoutResourceId',
          'historyRetentionDays',
          'projectAlarmQuota',
          'userAlarmQuota',
          'projectWideAlarmQuota',
          'projectPeriodicAlarmQuota',
          'prometheusUrl',
          'actionsPerAlarm',
          'timeConstraintsPerAlarm',
        ),
      },
    });
    const { function: fn } = this;
    const { alarms, history, quotas } = tables;
    allowSecret(fn, secrets.signing);
    allowOtherIssuers(fn, { tables, settings });
    allowRows(fn, tables.validity, 'BatchGetItem');
    allowRows(fn, alarms, 'GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem');
    allowIndexes(fn, alarms, 'byName', 'byProject', 'byTime');
    allowRows(fn, history, 'GetItem', 'PutItem');
    allowIndexes(fn, history, 'byAlarm', 'byProject', 'byTime');
    allowRows(fn, quotas, 'GetItem', 'UpdateItem');
    allowRows(fn, tables.timers, 'PutItem', 'DeleteItem');
    allowRows(fn, tables.activity, 'Query');
  }
}
