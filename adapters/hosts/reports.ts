/** Reports about hosts: the tables `hosts` and `faults` are changed in one transaction. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Host } from '../../domain/hosts/host.ts';
import type { HostReport } from '../../domain/hosts/service-update.ts';
import {
  type ConditionChange,
  endedConditions,
  writtenCondition,
} from '../conditions/condition-rows.ts';
import { nothingLeft } from '../servers/migrations.ts';
import { type Action, transactPatiently } from '../transactions.ts';
import { closedFault, openedFault } from './fault-rows.ts';
import { indexedHost, unchangedHost } from './hosts.ts';

type Tables = {
  readonly hosts: string;
  readonly faults: string;
  readonly migrations: string;
  readonly conditions: string;
};

/** Writes reports. */
export const reportStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Writes a host, its fault, and the conditions that the report changes or ends, in one transaction.
   * False, and nothing written, if the host or the condition is not as it was read, or if the host shall
   * be up again before its compute service was restarted, although instances were evacuated from it.
   */
  saveReport: (
    from: Host,
    { host, fault, ended }: HostReport,
    condition?: ConditionChange,
  ): Promise<boolean> => {
    const put = {
      Put: { TableName: tables.hosts, Item: indexedHost(host), ...unchangedHost(from) },
    };
    const up = from.forced_down && !host.forced_down && !host.deleted;
    return transactPatiently(client, [
      put,
      ...(fault ? [faultWrite(tables.faults, host, fault)] : []),
      ...(up ? [nothingLeft(tables.migrations, host.host)] : []),
      ...(condition ? [{ Put: writtenCondition(tables.conditions, condition) }] : []),
      ...(ended ? endedConditions(tables.conditions, ended, host.last_change) : []),
    ]);
  },
});

const faultWrite = (table: string, host: Host, fault: NonNullable<HostReport['fault']>): Action =>
  'opened' in fault
    ? openedFault(table, fault.opened)
    : closedFault(table, {
        host: host.host,
        number: fault.closed,
        at: host.last_change.at,
      });
