import { v5 as uuid5 } from 'uuid';
import { plain } from './text.ts';

/** Doctor's namespace for derived ids: the same parts give the same id on every retry. */
const namespace = '0f4f7a0e-2f6b-5a5e-9d6c-3b1f1d0c7e11';

const derived = (...parts: readonly (string | number)[]): string =>
  uuid5(JSON.stringify(parts), namespace);

/** The `message_id` of the event of one change of a row: the same in both lanes. */
export const eventId = (change: {
  resource: string;
  incarnation: string;
  revision: number;
  event_type: string;
}): string =>
  derived('event', change.resource, change.incarnation, change.revision, change.event_type);

/**
 * The id of a host's n-th fault. It is derived from the host's random series. If it were derived
 * from the host's name, a tenant who sees the id could guess a name and check the guess.
 */
export const faultId = (fault_series: string, number: number): string =>
  derived('fault', fault_series, number);

/**
 * The id of one maintenance of a host, as one project sees it. Each project sees a different id.
 */
export const maintenanceId = (of: {
  readonly fault_series: string;
  /** The host's `maintenance_number` when the maintenance began. */
  readonly first: number;
  readonly project_id: string;
}): string => derived('maintenance', of.fault_series, of.first, of.project_id);

/** The id of the notification of one alarm about one event: the same each time it is sent. */
export const notificationId = (alarm_id: string, event_id: string): string =>
  derived('notification', alarm_id, event_id);

/** The id of the event that the timeout of an alarm at a time stands for: the same each time it is made. */
export const timeoutId = (alarm_id: string, due: string): string =>
  derived('timeout', alarm_id, due);

/** The id of the webhook of one alarm about one event to one action: the same on every try. */
export const webhookId = (alarm_id: string, event_id: string, action: string): string =>
  derived('webhook', alarm_id, event_id, action);

/** The id of the n-th group of what a fault did in a project: the same each time it is sent. */
export const groupId = (of: {
  readonly project_id: string;
  readonly fault_id: string;
  readonly number: number;
}): string => derived('group', of.project_id, of.fault_id, of.number);

/** The id of the group of one notification that no fault caused. */
export const groupOfOneId = (notification_id: string): string => derived('group', notification_id);

/** The id of the webhook of a group to one action: the same on every try. */
export const groupWebhookId = (group_id: string, action: string): string =>
  derived('group webhook', group_id, action);

/** The id of the failover segment that shows an availability zone. */
export const segmentId = (zone: string): string => derived('segment', zone);

/** The id of the subscription of an endpoint. SNS keeps one subscription per endpoint and topic. */
export const subscriptionId = (protocol: string, endpoint: string): string =>
  derived('subscription', protocol, endpoint);

/** The id of the condition that a source reports of a state of a target under a key of its own. */
export const conditionId = (of: {
  readonly source: string;
  readonly target: string;
  readonly aspect: string;
  readonly key: string;
}): string => derived('condition', of.source, of.target, of.aspect, of.key);

/** The id of an item of a report that matched nothing: the same for repeats within an hour. */
export const unmatchedId = (source: string, hour: string, reason: string, item: string): string =>
  derived('unmatched', source, hour, reason, item);

/**
 * The key of a condition within its source, made of parts that a monitor sends: the parts joined by `/`,
 * or a derived id if that is too long, or cannot be the key of a row.
 */
export function conditionKey(...parts: readonly string[]): string {
  const key = parts.join('/');
  return key.length <= 255 && plain.test(key) ? key : derived('condition', ...parts);
}

/** The key of a condition that is known by its labels, in any order. */
export const labelsKey = (labels: readonly (readonly [name: string, value: string])[]): string =>
  derived('labels', ...labels.toSorted(([one], [other]) => (one < other ? -1 : 1)).flat());

/**
 * The bucket of a name, from 0 to `count - 1`: always the same for a name, and names spread evenly.
 */
export const bucketOf = (name: string, count: number): number =>
  Number.parseInt(derived('bucket', name).slice(0, 8), 16) % count;

type NamedKind = 'user' | 'project' | 'role' | 'service' | 'endpoint' | 'access_rule';

/** An id in Keystone's form, 32 hex digits, derived from the kind and the name. */
export const nameId = (kind: NamedKind, name: string): string =>
  derived(kind, name).replaceAll('-', '');

/** A short text that stands for a long one: the same for the same text. */
export const digestOf = (text: string): string => derived('digest', text);

/** A digest of texts in ASCII, for keys of rows: equal texts have equal digests. */
export const queryKey = (...texts: readonly string[]): string => derived('query', ...texts);

/** The id of what a round does to an alarm: the same on every retry. */
export const roundEventId = (alarm_id: string, round: number): string =>
  derived('round', alarm_id, round);
