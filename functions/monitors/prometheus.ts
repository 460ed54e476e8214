/**
 * Prometheus as it sends its alerts to Alertmanager's API v2, and collectd's notifications, which have
 * the same form. Format: docs/wire/monitors.md#alerts-of-prometheus and #notifications-of-collectd.
 */
import * as z from 'zod';
import { describeIssue } from '../../adapters/http/parsed.ts';
import type { ReportItem } from '../../domain/conditions/observation.ts';
import { labelsKey } from '../../domain/ids.ts';
import {
  AlertLabels,
  Annotations,
  causeOf,
  firstTime,
  type Labels,
  momentOfAlert,
} from './alert.ts';
import { type AlertReading, observe } from './observe-alert.ts';

/** The body. Alerts are parsed one by one, so that a malformed one does not hide the others. */
export const PrometheusAlerts = z.array(z.unknown(), 'Must be a list of alerts.');

const PushedAlert = z.object({
  labels: AlertLabels,
  annotations: Annotations,
  startsAt: z.string().nullish(),
  /** The end of the alert, or until when it holds if Prometheus does not renew it. */
  endsAt: z
    .string()
    .nullish()
    .refine((time) => momentOfAlert(time) !== 'malformed', 'Must be a time.'),
});
type PushedAlert = z.infer<typeof PushedAlert>;

/** collectd's words for the severity of a notification. */
const collectdSeverities = new Set(['FAILURE', 'WARNING', 'OKAY', 'UNKNOWN']);

/** Whether collectd sent it: it gives every notification the label `service` `collectd`. */
const isCollectds = (labels: Labels): boolean =>
  labels.get('service') === 'collectd' && collectdSeverities.has(labels.get('severity') ?? '');

/**
 * The key of an alert's condition: all labels, because Prometheus sends no fingerprint. collectd says
 * with the label `severity` that a fault gets worse or ends, so for collectd it is no part of the key.
 */
const keyOf = (labels: Labels): string =>
  labelsKey([...labels].filter(([label]) => !(label === 'severity' && isCollectds(labels))));

/** Whether the alert has ended: its end is not after now, or collectd says so. */
function hasEnded({ labels, endsAt }: PushedAlert, now: string): boolean {
  if (isCollectds(labels) && labels.get('severity') === 'OKAY') return true;
  const end = momentOfAlert(endsAt);
  return end !== undefined && end <= now;
}

/** Whether collectd sent it as a metric, and not as a notification. */
const Metric = z.object({ values: z.array(z.unknown()), dsnames: z.array(z.unknown()) });
const isMetric = (item: unknown): boolean => Metric.safeParse(item).success;

/**
 * What the alerts say. All metrics of a request are one item that is not matched.
 * @param now the moment of the request: an alert whose end is not after it has ended.
 */
export function readAlerts(
  alerts: readonly unknown[],
  reading: AlertReading,
  now: string,
): ReportItem[] {
  const metrics = alerts.filter(isMetric);
  const others = alerts.filter((item) => !isMetric(item));
  const items = others.map((item) => readAlert(item, reading, now));
  if (metrics.length === 0) return items;
  const reason = `${metrics.length} metrics of collectd: only its notifications are faults.`;
  return [...items, { kind: 'unmatched', reason, item: metrics[0] }];
}

function readAlert(item: unknown, reading: AlertReading, now: string): ReportItem {
  const parsed = PushedAlert.safeParse(item);
  if (!parsed.success) {
    return { kind: 'unmatched', reason: describeIssue(parsed.error, 'alert'), item };
  }
  const { labels, annotations, startsAt, endsAt } = parsed.data;
  const ended = hasEnded(parsed.data, now);
  const alert = {
    key: keyOf(labels),
    status: ended ? ('cleared' as const) : ('raised' as const),
    labels,
    cause: causeOf(labels, annotations),
    observed_at: ended ? firstTime(endsAt, startsAt) : firstTime(startsAt),
    item,
  };
  return observe(alert, reading);
}
