/**
 * Alertmanager's webhook, version 4. Format: docs/wire/monitors.md#webhook-of-alertmanager.
 */
import * as z from 'zod';
import { describeIssue } from '../../adapters/http/parsed.ts';
import type { ReportItem } from '../../domain/conditions/observation.ts';
import { conditionKey } from '../../domain/ids.ts';
import { AlertLabels, Annotations, causeOf, firstTime } from './alert.ts';
import { type AlertReading, observe } from './observe-alert.ts';

/**
 * The body. Its own `status` is not read: it is wrong for partly resolved and for truncated groups.
 * Alerts are parsed one by one, so that a malformed one does not hide the others.
 */
export const AlertmanagerWebhook = z.object({
  version: z.literal('4', 'Must be "4", the version of Alertmanager\'s webhook.'),
  receiver: z.string(),
  alerts: z.array(z.unknown()),
  /** How many alerts `max_alerts` cut off. Missing in old versions. */
  truncatedAlerts: z.number().nullish(),
});
export type AlertmanagerWebhook = z.infer<typeof AlertmanagerWebhook>;

const WebhookAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: AlertLabels,
  annotations: Annotations,
  startsAt: z.string().nullish(),
  /** Year 1 while the alert fires. */
  endsAt: z.string().nullish(),
  /** A hash of all labels, the same in all versions and after a restart. */
  fingerprint: z.string().min(1),
});

/**
 * What a webhook says. Alerts that it does not list are neither raised nor cleared. If `max_alerts` cut
 * some off, the last item says so and is not matched: their ends may never be sent.
 */
export function readWebhook(
  { receiver, alerts, truncatedAlerts }: AlertmanagerWebhook,
  reading: AlertReading,
): ReportItem[] {
  const items = alerts.map((item) => readAlert(item, receiver, reading));
  if (!truncatedAlerts) return items;
  const reason = `max_alerts cut off ${truncatedAlerts} alerts, which may never be reported: set it to 0.`;
  return [...items, { kind: 'unmatched', reason, item: { receiver, truncatedAlerts } }];
}

function readAlert(item: unknown, receiver: string, reading: AlertReading): ReportItem {
  const parsed = WebhookAlert.safeParse(item);
  if (!parsed.success) {
    return { kind: 'unmatched', reason: describeIssue(parsed.error, 'alert'), item };
  }
  const { status, labels, annotations, startsAt, endsAt, fingerprint } = parsed.data;
  const isFiring = status === 'firing';
  const alert = {
    key: keyOf(fingerprint, receiver, reading.type),
    status: isFiring ? ('raised' as const) : ('cleared' as const),
    labels,
    cause: causeOf(labels, annotations),
    observed_at: isFiring ? firstTime(startsAt) : firstTime(endsAt, startsAt),
    item,
  };
  return observe(alert, reading);
}

/**
 * The key of an alert's condition. The receiver and the type of the URL are part of it: one alert
 * reaches every receiver whose route it matches and every URL of a receiver, and each may mean
 * something else. `startsAt` is not: it changes while a fault lasts.
 */
const keyOf = (fingerprint: string, receiver: string, type: string | undefined): string =>
  conditionKey(fingerprint, receiver, ...(type === undefined ? [] : [type]));
