/** Reports about hosts: the tables `hosts`, `roster` and `faults` are changed in one transaction. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Host } from '../../domain/hosts/host.ts';
import type { HostReport } from '../../domain/hosts/service-update.ts';
import type { InstanceChange } from '../../flows/apply-fault.ts';
import type { ConditionWrite, WrittenWith } from '../../flows/write-report.ts';
import { endedConditions, writtenCondition } from '../conditions/condition-rows.ts';
import { nothingLeft } from '../servers/departures.ts';
import { instanceWrites } from '../servers/instances.ts';
import { type Action, mostActions, transact, transactPatiently } from '../transactions.ts';
import { closedFault, openedFault } from './fault-rows.ts';
import { unchangedHost } from './host-conditions.ts';
import { type HostTables, streamedHost } from './host-rows.ts';
import { rosterWrites } from './roster.ts';

type Tables = HostTables & {
  readonly faults: string;
  readonly migrations: string;
  readonly conditions: string;
  readonly instances: string;
};

/** Writes reports. */
export const reportStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Writes a host, its fault, and the conditions that the report changes or ends, in one transaction.
   * False, and nothing written, if the host or the condition is not as it was read, or if the host shall
   * be up again before its compute service was restarted, although instances were evacuated from it.
   */
  saveReport: (from: Host, report: HostReport, condition?: ConditionWrite): Promise<boolean> =>
    transactPatiently(client, reportWrites(tables, from, report, condition && { condition })),

  /**
   * The same in one transaction with changes of instances. False, and nothing written, also if an
   * instance is not as it was read, if another transaction is writing one of the rows, or if there are
   * more rows than a transaction takes.
   */
  saveWhole: async (
    from: Host,
    report: HostReport,
    changes: readonly InstanceChange[],
    also: WrittenWith = {},
  ): Promise<boolean> => {
    const actions = [
      ...reportWrites(tables, from, report, also),
      ...changes.flatMap((change) => instanceWrites(tables, change.from, change.to)),
    ];
    return actions.length <= mostActions && (await transact(client, actions)) === 'written';
  },
});

function reportWrites(
  tables: Tables,
  from: Host,
  { host, fault, ended }: HostReport,
  { condition, write_id }: WrittenWith = {},
): Action[] {
  const up = from.forced_down && !host.forced_down && !host.deleted;
  return [
    { Put: { TableName: tables.hosts, Item: streamedHost(host), ...unchangedHost(from) } },
    ...rosterWrites(tables.roster, from, host),
    ...(fault ? [faultWrite(tables.faults, { host, fault, write_id })] : []),
    ...(up ? [nothingLeft(tables.migrations, host.host)] : []),
    ...(condition ? [{ Put: writtenCondition(tables.conditions, condition) }] : []),
    ...(ended ? endedConditions(tables.conditions, ended, host.last_change) : []),
  ];
}

type FaultWrite = Pick<WrittenWith, 'write_id'> & {
  readonly host: Host;
  readonly fault: NonNullable<HostReport['fault']>;
};

const faultWrite = (table: string, { host, fault, write_id }: FaultWrite): Action =>
  'opened' in fault
    ? openedFault(table, fault.opened, write_id)
    : closedFault(table, { host: host.host, number: fault.closed }, host.last_change);
