/**
 * Consul's watch on checks: the list of all checks in a state. A check that is not in the list has left the
 * state. Format: docs/wire/monitors.md#monitors-that-run-a-command.
 */
import * as z from 'zod';
import { describeIssue, parsed } from '../../adapters/http/parsed.ts';
import type { Route } from '../../adapters/http/route.ts';
import type { ReportItem } from '../../domain/conditions/observation.ts';
import { HostName } from '../../domain/hosts/host.ts';
import type { ReportConditions } from '../../flows/report-conditions.ts';
import { querySource, type ReportDeps, reportRoute } from './report-route.ts';

/** The check of the node itself: whether its agent answers the others. */
const nodeCheck = 'serfHealth';

/** The body; `null` is Go's empty list. Checks are parsed one by one. */
const Checks = z.array(z.unknown(), 'Must be a list of checks.').nullable();

const Check = z.object({
  Node: z.string().min(1),
  CheckID: z.string().min(1),
  Status: z.string().min(1),
  Output: z.string().nullish(),
});

/** What the checks say of their nodes. */
export const readChecks = (body: unknown): ReportItem[] => (parsed(Checks, body) ?? []).map(itemOf);

function itemOf(item: unknown): ReportItem {
  const { data: check, error } = Check.safeParse(item);
  if (!check) return { kind: 'unmatched', reason: describeIssue(error, 'check'), item };
  const { Node: host, CheckID, Status, Output } = check;
  const key = `${host} ${CheckID}`;
  const unmatched = (reason: string): ReportItem => ({ kind: 'unmatched', reason, item, key });
  if (CheckID !== nodeCheck) return unmatched(`Only ${nodeCheck} is about the node itself.`);
  if (!HostName.safeParse(host).success) return unmatched('Node names no host.');
  return {
    kind: 'observation',
    observation: {
      key: CheckID,
      status: Status === 'critical' ? 'raised' : 'cleared',
      target: { kind: 'host', host },
      effect: 'host_down',
      severity: 'critical',
      cause: Output ?? '',
      observed_at: null,
      fenced: null,
    },
  };
}

export type ConsulDeps = {
  /** Takes a report that is the whole state of its source: what it does not raise has ended. */
  readonly reportSnapshot: ReportConditions;
};

/** `POST /doctor/v1/consul[?source=NAME]`: the list of the critical checks. */
export const consulRoutes = (deps: ReportDeps & ConsulDeps): Route[] => [
  reportRoute(
    { ...deps, reportConditions: deps.reportSnapshot },
    {
      method: 'POST',
      path: '/v1/consul',
      source: (query) => querySource(query, 'consul'),
      body: readChecks,
      items: (items) => items,
    },
  ),
];
