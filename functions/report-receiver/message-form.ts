/** The forms of messages on the queue of reports. */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { AlarmStateChange } from '../../dialects/cloudwatch.ts';
import {
  AlarmNotification,
  SnsMessage,
  stateChangeOf,
} from '../../dialects/cloudwatch-notification.ts';
import { MissedHeartbeatsMessage } from '../../domain/conditions/missed-heartbeats.ts';
import { SourceName } from '../../domain/conditions/source.ts';
import { DomainError } from '../../domain/errors.ts';
import { HeartbeatNames } from '../../domain/hosts/heartbeats.ts';

const Heartbeats = z.strictObject({ heartbeats: HeartbeatNames });

/**
 * A message:
 * - `alarm`: a CloudWatch alarm state change, from EventBridge or from SNS.
 * - `heartbeats`: hosts that run.
 * - `missed heartbeats`: hosts that Doctor itself found to send none, or that send them again.
 * - `reports`: a body of OPNFV Doctor's southbound interface, and the name of its source.
 * - `events`: events as Ceilometer publishes them; each is checked by itself.
 */
export type ReportMessage =
  | { readonly kind: 'alarm'; readonly change: AlarmStateChange }
  | { readonly kind: 'heartbeats'; readonly hosts: readonly string[] }
  | { readonly kind: 'missed heartbeats'; readonly message: MissedHeartbeatsMessage }
  | { readonly kind: 'reports'; readonly source: string; readonly body: unknown }
  | { readonly kind: 'events'; readonly elements: readonly unknown[] };

type Json = Readonly<Record<string, unknown>>;
const Object_ = z.record(z.string(), z.unknown());
const asObject = (value: unknown): Json => Object_.safeParse(value).data ?? {};

const isEvent = (value: unknown): boolean => 'event_type' in asObject(value);
const isReport = (value: unknown): boolean => {
  const { type, details } = asObject(value);
  return type !== undefined && details !== undefined;
};

/** The message in a body. @throws DomainError `invalid`, which says why it has none of the forms. */
export function readMessage(body: string): ReportMessage {
  const json = jsonOf(body);
  if (Array.isArray(json)) return listOf(json);
  const object = asObject(json);
  if ('heartbeats' in object) {
    return { kind: 'heartbeats', hosts: parsed(Heartbeats, json).heartbeats };
  }
  if ('missed' in object || 'heard' in object) {
    return { kind: 'missed heartbeats', message: parsed(MissedHeartbeatsMessage, json) };
  }
  const sns = SnsMessage.safeParse(json).data;
  if (sns) return alarmOf(jsonOf(sns.Message));
  if ('AlarmArn' in object) return alarmOf(json);
  if ('detail-type' in object) return { kind: 'alarm', change: parsed(AlarmStateChange, json) };
  if (isEvent(json)) return { kind: 'events', elements: [json] };
  if ('events' in object || 'event' in object || isReport(json)) {
    return { kind: 'reports', source: sourceIn(object), body: json };
  }
  throw new DomainError(
    'invalid',
    'It is neither an alarm state change, nor heartbeats, nor a report, nor events.',
  );
}

/** What CloudWatch published to SNS. @throws DomainError `invalid` for what others publish. */
const alarmOf = (json: unknown): ReportMessage => ({
  kind: 'alarm',
  change: stateChangeOf(parsed(AlarmNotification, json, 'Message')),
});

/** A list is one of events or one of reports, never both. An empty one is a list of no events. */
function listOf(list: readonly unknown[]): ReportMessage {
  const [events, reports] = [list.some(isEvent), list.some(isReport)];
  if (events && reports) throw new DomainError('invalid', 'It lists both events and reports.');
  if (reports) return { kind: 'reports', source: 'opnfv', body: list };
  if (events || list.length === 0) return { kind: 'events', elements: list };
  throw new DomainError('invalid', 'It lists neither events nor reports.');
}

/** The source that the key `source` of an object names: `opnfv`, or `opnfv/NAME`. */
const sourceIn = ({ source }: Json): string =>
  source === undefined ? 'opnfv' : parsed(SourceName, `opnfv/${String(source)}`, 'source');

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new DomainError('invalid', 'It is not JSON.');
  }
}
