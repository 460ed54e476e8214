/** The reports on the data plane of a host's ports, each written with the row of its fault. */
import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { HostDataPlane, RecordedReport } from '../../domain/ports/host-data-plane.ts';
import { ifUnchanged } from '../dynamodb.ts';
import { closedFault, openedFault } from '../hosts/fault-rows.ts';
import type { Action } from '../transactions.ts';
import { planeWrite } from './port-rows.ts';

/** The last report opens the fault, or closes it. */
function faultWrite(
  table: string,
  { host, reports }: HostDataPlane,
  fault: NonNullable<RecordedReport['fault']>,
): Action | undefined {
  const report = reports.at(-1);
  if ('opened' in fault) return openedFault(table, fault.opened);
  return report && closedFault(table, { host, number: fault.closed }, report);
}

type Tables = { readonly ports: string; readonly faults: string };

export const dataPlaneStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /** Writes report and fault in one transaction; false if another writer was faster. */
  saveReport: (
    before: HostDataPlane | undefined,
    { plane, fault }: RecordedReport,
  ): Promise<boolean> => {
    const report = planeWrite(tables, before, plane);
    const row = fault && faultWrite(tables.faults, plane, fault);
    return ifUnchanged(
      client.send(new TransactWriteCommand({ TransactItems: row ? [report, row] : [report] })),
    );
  },
});
