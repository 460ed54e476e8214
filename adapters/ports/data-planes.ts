/** The reports on the data plane of a host's ports, each written with the row of its fault. */
import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { HostDataPlane, RecordedReport } from '../../domain/ports/host-data-plane.ts';
import { ifUnchanged } from '../dynamodb.ts';
import { closedFault, openedFault } from '../hosts/fault-rows.ts';
import { planeWrite } from './port-rows.ts';

type Tables = { readonly ports: string; readonly faults: string };

export const dataPlaneStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /** Writes report and fault in one transaction; false if another writer was faster. */
  saveReport: (
    before: HostDataPlane | undefined,
    { plane, fault }: RecordedReport,
  ): Promise<boolean> => {
    const report = planeWrite(tables, before, plane);
    const { at } = plane.reports.at(-1) ?? { at: '' };
    const row =
      fault &&
      ('opened' in fault
        ? openedFault(tables.faults, fault.opened)
        : closedFault(tables.faults, { host: plane.host, number: fault.closed, at }));
    return ifUnchanged(
      client.send(new TransactWriteCommand({ TransactItems: row ? [report, row] : [report] })),
    );
  },
});
