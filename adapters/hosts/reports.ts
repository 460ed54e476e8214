/** Reports about hosts: the tables `hosts`, `roster` and `faults` are changed in one transaction. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Host } from '../../domain/hosts/host.ts';
import type { HostReport } from '../../domain/hosts/service-update.ts';
import { nothingLeft } from '../servers/migrations.ts';
import { type Action, transactPatiently } from '../transactions.ts';
import { closedFault, openedFault } from './fault-rows.ts';
import { type HostTables, streamedHost, unchangedHost } from './hosts.ts';
import { rosterWrites } from './roster.ts';

type Tables = HostTables & { readonly faults: string; readonly migrations: string };

/** Writes reports. */
export const reportStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Writes a host and its fault in one transaction. False, and nothing written, if the host is not as it
   * was read, or if it shall be up again before its compute service was restarted, although instances
   * were evacuated from it.
   */
  saveReport: (from: Host, { host, fault }: HostReport): Promise<boolean> => {
    const put = {
      Put: { TableName: tables.hosts, Item: streamedHost(host), ...unchangedHost(from) },
    };
    const up = from.forced_down && !host.forced_down && !host.deleted;
    return transactPatiently(client, [
      put,
      ...rosterWrites(tables.roster, from, host),
      ...(fault ? [faultWrite(tables.faults, host, fault)] : []),
      ...(up ? [nothingLeft(tables.migrations, host.host)] : []),
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
