/** The fields that the page reads from answers in OpenStack's formats. */
import { markerIn, type Page, type PageOf } from '../live/use-pages.ts';
import { call, type Query } from './client.ts';
import { isOperator } from './session.ts';

/** The largest number of servers, ports or alarms in one request. */
export const largestList = 1_000;

export const microversion = '2.94';

type Link = { readonly rel: string; readonly href: string };
const nextOf = (links: readonly Link[] = []): string | undefined =>
  markerIn(links.find(({ rel }) => rel === 'next')?.href);

export type Server = {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tenant_id: string;
  readonly updated: string;
  readonly 'OS-EXT-STS:task_state': string | null;
  /** Missing for tenants. */
  readonly 'OS-EXT-SRV-ATTR:host'?: string | null;
};

type ServersBody = {
  readonly servers: readonly Server[];
  readonly servers_links?: readonly Link[];
};

/** Servers, newest first. An operator gets those of all projects. */
export async function listServers(
  query: Query,
  page: PageOf,
  signal?: AbortSignal,
): Promise<Page<Server>> {
  const all = isOperator.value ? { all_tenants: 1 } : {};
  const body = await call<ServersBody>('GET', '/compute/v2.1/servers/detail', {
    query: { ...all, ...page, ...query },
    microversion,
    ...(signal && { signal }),
  });
  return { rows: body.servers, next: nextOf(body.servers_links) };
}

export type Port = {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly data_plane_status: string | null;
  readonly project_id: string;
  readonly device_id: string;
  readonly mac_address: string;
  readonly updated_at: string;
  /** Missing for tenants. */
  readonly 'binding:host_id'?: string;
};

type PortsBody = { readonly ports: readonly Port[]; readonly ports_links?: readonly Link[] };

/** Ports, by their ids. */
export async function listPorts(
  query: Query,
  page: PageOf,
  signal?: AbortSignal,
): Promise<Page<Port>> {
  const body = await call<PortsBody>('GET', '/network/v2.0/ports', {
    query: { ...page, ...query },
    ...(signal && { signal }),
  });
  return { rows: body.ports, next: nextOf(body.ports_links) };
}

export type AlarmQuery = {
  readonly field: string;
  readonly op: string;
  readonly type: string;
  readonly value: string;
};

export type EventPattern = {
  readonly event_type: string;
  readonly query: readonly AlarmQuery[];
};

export type AlarmState = 'ok' | 'alarm' | 'insufficient data';

export type Alarm = {
  readonly alarm_id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly state: AlarmState;
  readonly state_reason: string;
  readonly state_timestamp: string;
  readonly severity: string;
  readonly project_id: string;
  readonly repeat_actions: boolean;
  readonly alarm_actions: readonly string[];
  readonly ok_actions: readonly string[];
  readonly insufficient_data_actions: readonly string[];
  readonly time_constraints: readonly { readonly name: string }[];
  /** Missing if the alarm names none. */
  readonly resource_id?: string | null;
  /** Missing for alarms that are evaluated every minute. */
  readonly event_rule?: EventPattern & {
    readonly clear?: EventPattern;
    /** In seconds. */
    readonly timeout?: number;
  };
  readonly prometheus_rule?: {
    readonly query: string;
    readonly comparison_operator: string;
    readonly threshold: number;
  };
  readonly composite_rule?: unknown;
};

/** The outcome of a call of a webhook. */
export type WebhookCall = {
  readonly action: string;
  readonly result: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly reason: string;
  readonly at: string;
};

export type AlarmChange = {
  readonly event_id: string;
  readonly alarm_id: string;
  readonly type: string;
  /** JSON text. */
  readonly detail: string;
  readonly timestamp: string;
  readonly user_id: string | null;
  /** Missing if no webhook has been called yet. */
  readonly webhooks?: readonly WebhookCall[];
};

/** One alarm. */
export const getAlarm = (id: string, signal?: AbortSignal): Promise<Alarm> =>
  call<Alarm>('GET', `/alarming/v2/alarms/${encodeURIComponent(id)}`, {
    ...(signal && { signal }),
  });

/** Alarms, last changed first. An operator gets those of all projects. */
export async function listAlarms(
  query: Query,
  page: PageOf,
  signal?: AbortSignal,
): Promise<Page<Alarm>> {
  const all = isOperator.value ? { all_projects: 'true' } : {};
  const rows = await call<Alarm[]>('GET', '/alarming/v2/alarms', {
    query: { ...all, ...page, ...query },
    ...(signal && { signal }),
  });
  // Aodh's lists have no link to the next page, so after a full page there may be another.
  return { rows, next: rows.length === page.limit ? rows.at(-1)?.alarm_id : undefined };
}

/** The newest changes of state of all alarms that the caller may see. */
export const newestTransitions = (signal: AbortSignal): Promise<AlarmChange[]> =>
  call<AlarmChange[]>('POST', '/alarming/v2/query/alarms/history', {
    body: {
      filter: JSON.stringify({ '=': { type: 'state transition' } }),
      orderby: JSON.stringify([{ timestamp: 'desc' }]),
      limit: 200,
    },
    signal,
  });
