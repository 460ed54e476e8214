/** The stores that reported conditions read and write, for each function that takes reports. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { reportStore } from '../hosts/reports.ts';
import { dataPlaneStore } from '../ports/data-planes.ts';
import { portReader } from '../ports/port-reader.ts';
import { portChanges, portSaves } from '../ports/port-saves.ts';
import { departureStore } from '../servers/departures.ts';
import { instanceStore } from '../servers/instances.ts';
import { conditionStore, holdsStore } from './conditions.ts';

/** The names of the tables. */
export type ReportingTables = Readonly<
  Record<
    'hosts' | 'roster' | 'faults' | 'instances' | 'migrations' | 'conditions' | 'ports',
    string
  >
>;

/** The stores but for that of hosts, of which functions need different parts. */
export const reportingStores = (client: DynamoDBDocumentClient, tables: ReportingTables) => ({
  ...reportStore(client, tables),
  ...instanceStore(client, tables),
  ...departureStore(client, tables.migrations),
  ...conditionStore(client, tables.conditions),
  ...holdsStore(client, tables.conditions),
  ...portReader(client, tables.ports),
  ...portChanges(client, tables),
  ...portSaves(client, tables),
  saveDataPlane: dataPlaneStore(client, tables).saveReport,
});
