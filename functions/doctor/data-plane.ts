/** `PUT /doctor/v1/hosts/{host}/data-plane-status`: a report on the data plane of all ports of a host. */
import * as z from 'zod';
import { actorOf, reporterOf } from '../../adapters/http/actor.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { may } from '../../domain/identity/access.ts';
import { DataPlaneStatus } from '../../domain/ports/port.ts';
import type { DataPlaneReportInput, ReportedDataPlane } from '../../flows/report-data-plane.ts';

/** The dependencies of the route. */
export type DataPlaneDeps = {
  /** @throws not_found if neither a host nor a port names the host. */
  readonly reportDataPlane: (report: DataPlaneReportInput) => Promise<ReportedDataPlane>;
  readonly now: () => string;
};

/** The body of the route. */
export const DataPlaneBody = z.strictObject({ data_plane_status: DataPlaneStatus });

export const dataPlaneRoutes = ({ reportDataPlane, now }: DataPlaneDeps): Route[] => [
  route({
    method: 'PUT',
    path: '/v1/hosts/:host/data-plane-status',
    roles: may.reportDataPlanesOfHosts,
    query: ignored,
    body: DataPlaneBody,
    handle: async (request) => {
      const host = parsed(HostName, request.params.host, 'host');
      const { data_plane_status } = request.body;
      const { plane, ports, changed } = await reportDataPlane({
        host,
        data_plane_status,
        actor: actorOf(request, now()),
        reporter: reporterOf(request.caller),
      });
      const fault_id = plane.reports.at(-1)?.fault_id ?? null;
      return {
        status: 200,
        body: { host: plane.host, data_plane_status, fault_id, ports, ports_changed: changed },
      };
    },
  }),
];
