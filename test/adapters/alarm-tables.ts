/** Alarms in tables that only one test uses, and the rows that are stored for them. */
import { randomUUID } from 'node:crypto';
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { alarmStore } from '../../adapters/alarms/alarms.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import type { AlarmQuotas } from '../../domain/alarms/quota.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import type { OwnThings } from '../stack/own-tables.ts';
import type { dynamodb } from '../stack/stack.ts';

/** No quota. */
export const unlimited: AlarmQuotas = { project: -1, user: -1, wide: -1, periodic: -1 };

/** An alarm with a new id, in a new project. */
export const newAlarm = (given: Partial<Alarm> = {}): Alarm =>
  alarmWith({ alarm_id: randomUUID(), project_id: randomUUID(), ...given });
/** A record of its history. */
export const changeOf = (
  { alarm_id, project_id }: AnyAlarm,
  type: AlarmChange['type'],
): AlarmChange => ({
  event_id: randomUUID(),
  alarm_id,
  type,
  detail: '{}',
  user_id: 'u',
  project_id: null,
  on_behalf_of: project_id,
  timestamp: '2026-01-01T00:00:00.000Z',
  severity: 'low',
});

/** The store on these tables, and reads of them. */
export function alarmTables(dynamo: ReturnType<typeof dynamodb>, own: OwnThings) {
  const storeWith = (quota: AlarmQuotas) => {
    const { ALARMS_TABLE: alarms, HISTORY_TABLE: history, QUOTAS_TABLE: quotas } = own.env;
    const { TIMERS_TABLE: timers } = own.env;
    return alarmStore(dynamo, { alarms, history, quotas, timers, retentionDays: 30, quota });
  };
  const rowsOf = async ({ alarm_id }: Alarm) => {
    const { Items = [] } = await dynamo.send(
      new QueryCommand({
        TableName: own.env.ALARMS_TABLE,
        KeyConditionExpression: 'alarm_id = :id',
        ExpressionAttributeValues: { ':id': alarm_id },
        ConsistentRead: true,
      }),
    );
    return Items.map(({ kind }) => String(kind));
  };
  const historyOf = async ({ alarm_id }: Alarm) => {
    const { Items = [] } = await dynamo.send(
      new ScanCommand({
        TableName: own.env.HISTORY_TABLE,
        FilterExpression: 'alarm_id = :id',
        ExpressionAttributeValues: { ':id': alarm_id },
      }),
    );
    return Items;
  };
  return { storeWith, rowsOf, historyOf };
}
