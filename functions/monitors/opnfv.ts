/**
 * `…/inspector/events`: OPNFV Doctor's southbound interface, in its three forms. It is also what
 * `doctor report` and the media type of Zabbix send.
 */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import type { Query } from '../../adapters/http/query.ts';
import type { Route } from '../../adapters/http/route.ts';
import {
  type ConditionSeverity,
  conditionSeverities,
  type ReportItem,
} from '../../domain/conditions/observation.ts';
import { SourceName } from '../../domain/conditions/source.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { querySource, type ReportDeps, reportRoute } from './report-route.ts';

/** One event. Other keys are ignored: each monitor adds its own. */
const Event = z.object({
  time: z.unknown().optional(),
  type: z.string(),
  details: z.object({
    hostname: z.string().optional(),
    status: z.string().optional(),
    monitor: z.string().optional(),
    monitor_id: z.string().optional(),
    monitor_event_id: z.union([z.string(), z.number()]).optional(),
    severity: z.string().optional(),
    cause: z.string().optional(),
    fenced: z.boolean().optional(),
  }),
});
type Event = z.infer<typeof Event>;

/** The three forms: a list of events, `{"event": …}` or `{"events": […]}`, and an event by itself. */
const Body = z.union(
  [
    z.array(z.unknown()),
    z.object({ events: z.array(z.unknown()) }).transform(({ events }) => events),
    z.object({ event: z.object({}).loose() }).transform(({ event }): unknown[] => [event]),
    z
      .object({ type: z.string() })
      .loose()
      .transform((event): unknown[] => [event]),
  ],
  'Must be an event, a list of events, {"event": …} or {"events": […]}.',
);

const effects = {
  'compute.host.down': 'host_down',
  'compute.host.unreachable': 'host_unreachable',
} as const;

/** The items of a body. */
export const parseOpnfv = (body: unknown): ReportItem[] => parsed(Body, body).map(itemOf);

function itemOf(item: unknown): ReportItem {
  const unmatched = (reason: string): ReportItem => ({ kind: 'unmatched', reason, item });
  const { data: event } = Event.safeParse(item);
  if (!event) return unmatched('It is no event with type and details.');
  const effect = Object.entries(effects).find(([type]) => type === event.type)?.[1];
  if (!effect) return unmatched(`The type ${event.type.slice(0, 100)} is not known.`);
  const { hostname = '', status, cause = '', fenced = null } = event.details;
  if (!HostName.safeParse(hostname).success) return unmatched('details.hostname names no host.');
  if (status !== 'down' && status !== 'up') {
    return unmatched('details.status is neither down nor up.');
  }
  return {
    kind: 'observation',
    observation: {
      key: keyOf(event, hostname),
      status: status === 'down' ? 'raised' : 'cleared',
      target: { kind: 'host', host: hostname },
      effect,
      severity: severityOf(event.details.severity),
      cause,
      observed_at: typeof event.time === 'string' ? event.time : null,
      fenced,
    },
  };
}

/** Monitor and event id; without an event id: monitor, host and type. */
function keyOf({ type, details }: Event, hostname: string): string {
  const { monitor, monitor_id, monitor_event_id } = details;
  const rest = monitor_event_id === undefined ? [hostname.toLowerCase(), type] : [monitor_event_id];
  return [monitor ?? monitor_id ?? '', ...rest].join(' ').trim().slice(0, 255);
}

/** A severity of X.733 in any case; critical if there is none. */
const severityOf = (given = 'critical'): ConditionSeverity =>
  conditionSeverities.find((each) => each === given.toLowerCase()) ?? 'indeterminate';

/** The kinds of sources that send this form. */
const kinds = ['opnfv', 'script', 'zabbix'];

/** The source: `opnfv`, or what `source=` names: one of the kinds with or without /NAME, else a NAME of `opnfv`. */
function sourceOf(query: Query): string {
  const [given = ''] = query.source ?? [];
  const [kind = '', ...name] = given.split('/');
  if (!kinds.includes(kind)) return querySource(query, 'opnfv');
  return name.length === 0 ? kind : parsed(SourceName, given, 'source');
}

/** The routes of a path, by both methods that monitors use. */
export const opnfvRoutes = (deps: ReportDeps, path: string): Route[] =>
  (['PUT', 'POST'] as const).map((method) =>
    reportRoute(deps, {
      method,
      path,
      source: sourceOf,
      body: parseOpnfv,
      items: (items) => items,
    }),
  );
