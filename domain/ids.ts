import { v5 as uuid5 } from 'uuid';

/** Doctor's own namespace for ids that must come out the same on every retry. */
const namespace = '0f4f7a0e-2f6b-5a5e-9d6c-3b1f1d0c7e11';

const derived = (...parts: readonly (string | number)[]): string =>
  uuid5(JSON.stringify(parts), namespace);

/** The `message_id` of the event that a change of a row is: the same in both lanes. */
export const eventId = (change: {
  resource: string;
  incarnation: string;
  revision: number;
  event_type: string;
}): string =>
  derived('event', change.resource, change.incarnation, change.revision, change.event_type);

/**
 * The id of a host's n-th fault. It is made of the host's series, not of its name, which a tenant who
 * is told the id could otherwise guess and prove.
 */
export const faultId = (fault_series: string, number: number): string =>
  derived('fault', fault_series, number);

/** The id of one maintenance of a host, as a project is told it: of another project it differs. */
export const maintenanceId = (of: {
  readonly fault_series: string;
  /** The host's `maintenance_number` when it began. */
  readonly first: number;
  readonly project_id: string;
}): string => derived('maintenance', of.fault_series, of.first, of.project_id);

/** The id of what an alarm's owner is told of an event: the same however often it must be sent. */
export const notificationId = (alarm_id: string, event_id: string): string =>
  derived('notification', alarm_id, event_id);

/** The id of what one action is told of an event: the same on every try. */
export const webhookId = (alarm_id: string, event_id: string, action: string): string =>
  derived('webhook', alarm_id, event_id, action);

/** The id of the subscription of an endpoint, of which SNS has one a topic. */
export const subscriptionId = (protocol: string, endpoint: string): string =>
  derived('subscription', protocol, endpoint);

/** Spreads names evenly over so many buckets, always the same way; from 0 on. */
export const bucketOf = (name: string, count: number): number =>
  Number.parseInt(derived('bucket', name).slice(0, 8), 16) % count;

type NamedKind = 'user' | 'project' | 'role' | 'service' | 'endpoint' | 'access_rule';

/** Keystone's form of an id, 32 hex digits, of the thing of that kind with that name. */
export const nameId = (kind: NamedKind, name: string): string =>
  derived(kind, name).replaceAll('-', '');
