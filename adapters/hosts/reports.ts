/** Reports about hosts: the tables `hosts`, `roster` and `faults` are changed in one transaction. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Host } from '../../domain/hosts/host.ts';
import type { HostReport } from '../../domain/hosts/service-update.ts';
import type { InstanceChange } from '../../flows/apply-fault.ts';
import { nothingLeft } from '../servers/departures.ts';
import { instanceWrites } from '../servers/instances.ts';
import { type Action, transact, transactPatiently } from '../transactions.ts';
import { closedFault, openedFault } from './fault-rows.ts';
import { unchangedHost } from './host-conditions.ts';
import { type HostTables, streamedHost } from './host-rows.ts';
import { rosterWrites } from './roster.ts';

type Tables = HostTables & {
  readonly faults: string;
  readonly migrations: string;
  readonly instances: string;
};

/** Writes reports. */
export const reportStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Writes a host and its fault in one transaction. False, and nothing written, if the host is not as it
   * was read, or if it shall be up again before its compute service was restarted, although instances
   * were evacuated from it.
   */
  saveReport: (from: Host, report: HostReport): Promise<boolean> =>
    transactPatiently(client, reportWrites(tables, from, report)),

  /**
   * The same in one transaction with changes of instances. False, and nothing written, also if an
   * instance is not as it was read, or if another transaction is writing one of the rows.
   */
  saveWhole: async (
    from: Host,
    report: HostReport,
    changes: readonly InstanceChange[],
  ): Promise<boolean> => {
    const outcome = await transact(client, [
      ...reportWrites(tables, from, report),
      ...changes.flatMap((change) => instanceWrites(tables, change.from, change.to)),
    ]);
    return outcome === 'written';
  },
});

function reportWrites(tables: Tables, from: Host, { host, fault }: HostReport): Action[] {
  const up = from.forced_down && !host.forced_down && !host.deleted;
  return [
    { Put: { TableName: tables.hosts, Item: streamedHost(host), ...unchangedHost(from) } },
    ...rosterWrites(tables.roster, from, host),
    ...(fault ? [faultWrite(tables.faults, host, fault)] : []),
    ...(up ? [nothingLeft(tables.migrations, host.host)] : []),
  ];
}

const faultWrite = (table: string, host: Host, fault: NonNullable<HostReport['fault']>): Action =>
  'opened' in fault
    ? openedFault(table, fault.opened)
    : closedFault(table, {
        host: host.host,
        number: fault.closed,
        at: host.last_change.at,
      });
