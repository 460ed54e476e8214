/**
 * Events of a BMC, as it posts them to a Redfish subscription. Most say nothing about the host, so only a
 * short list of messages is read. Format: docs/wire/monitors.md#events-of-redfish.
 */
import * as z from 'zod';
import { describeIssue, parsed } from '../../adapters/http/parsed.ts';
import type { Query } from '../../adapters/http/query.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import type { Route } from '../../adapters/http/route.ts';
import type { Observation, ReportItem } from '../../domain/conditions/observation.ts';
import { SourceName } from '../../domain/conditions/source.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { groupOf } from './redfish-messages.ts';
import { querySource, type ReportDeps, reportRoute } from './report-route.ts';

/** The whole body. A BMC may also post metrics to the same URL. */
const Body = z.object({
  '@odata.type': z.string().optional(),
  Context: z.string().nullish(),
  Events: z.array(z.unknown()),
});
const MetricReport = z.object({ '@odata.type': z.string().startsWith('#MetricReport.') });

/** The path of a resource: an object in the standard, a text from some versions of bmcweb. */
const Origin = z.union([
  z.object({ '@odata.id': z.string() }).transform((origin) => origin['@odata.id']),
  z.string(),
]);

const Event = z.object({
  MessageId: z.string().min(1),
  MessageSeverity: z.string().nullish(),
  /** What MessageSeverity replaced. */
  Severity: z.string().nullish(),
  Message: z.string().nullish(),
  EventTimestamp: z.string().nullish(),
  OriginOfCondition: Origin.nullish(),
  Context: z.string().nullish(),
});
type Event = z.infer<typeof Event>;

/**
 * The items of a body.
 * @param host of the URL; undefined: the `Context` of each event, or of the body, names it.
 */
export function readRedfish(body: unknown, host: string | undefined): ReportItem[] {
  if (MetricReport.safeParse(body).success) {
    return [{ kind: 'unmatched', reason: 'A report of metrics is no event.', item: body }];
  }
  const { Context, Events } = parsed(Body, body);
  return Events.map((item) => readEvent(item, host, Context ?? ''));
}

function readEvent(item: unknown, given: string | undefined, context: string): ReportItem {
  const unmatched = (reason: string): ReportItem => ({ kind: 'unmatched', reason, item });
  const { data: event, error } = Event.safeParse(item);
  if (!event) {
    const { success: isReference } = z.object({ '@odata.id': z.string() }).safeParse(item);
    return unmatched(
      isReference
        ? 'It is a reference only: subscribe with the EventFormatType "Event".'
        : describeIssue(error, 'event'),
    );
  }
  const host = given ?? event.Context ?? context;
  if (!HostName.safeParse(host).success) return unmatched('Context names no host.');
  const change = changeOf(event);
  if (typeof change === 'string') {
    const key = [host, event.MessageId, event.OriginOfCondition ?? ''].join(' ');
    return { kind: 'unmatched', reason: change, item, key };
  }
  const target = { kind: 'host' as const, host };
  return { kind: 'observation', observation: { ...change, target, ...detailsOf(event) } };
}

/** What the event raises or clears; a text: why it does neither. */
function changeOf(event: Event): Pick<Observation, 'key' | 'status'> | string {
  const { MessageId, OriginOfCondition: origin } = event;
  const severity = (event.MessageSeverity ?? event.Severity ?? '').toLowerCase();
  const found = groupOf(MessageId, origin ?? '');
  if (!found) return `${MessageId.slice(0, 100)} is not one of the messages that are read.`;
  const { group, means } = found;
  const key = [group, ...(found.byOrigin && origin ? [origin] : [])].join(' ').slice(0, 255);
  if (severity === 'critical' && means !== 'end') return { key, status: 'raised' };
  if (severity === 'ok' && means !== 'begin') return { key, status: 'cleared' };
  return `Its severity ${severity || 'is missing'}: a fault is Critical, and its end is OK.`;
}

const detailsOf = ({ Message, MessageId, EventTimestamp }: Event) => ({
  effect: 'host_down' as const,
  severity: 'critical' as const,
  cause: Message || MessageId,
  observed_at: EventTimestamp ?? null,
  fenced: null,
});

/** The host of the URL. @throws DomainError `invalid` for a name that no host can have. */
const hostOf = ({ params }: Pick<AuthenticRequest, 'params'>): string | undefined =>
  params.host === undefined ? undefined : parsed(HostName, params.host, 'host');

/** The source: `redfish/HOST` with the host of the URL, else `redfish` or `redfish/NAME`. */
const redfishSource = (query: Query, request: AuthenticRequest): string => {
  const host = hostOf(request);
  return host === undefined
    ? querySource(query, 'redfish')
    : parsed(SourceName, `redfish/${host}`, 'host');
};

/** `POST /doctor/v1/redfish/{host}`, and without the host for BMCs whose subscription has a `Context`. */
export const redfishRoutes = (deps: ReportDeps): Route[] =>
  ['/v1/redfish/:host', '/v1/redfish'].map((path) =>
    reportRoute(deps, {
      method: 'POST',
      path,
      source: redfishSource,
      body: (body, request) => readRedfish(body, hostOf(request)),
      items: (items) => items,
    }),
  );
