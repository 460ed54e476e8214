import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Writes the counts that are not 0 as one line of metrics; no line if all are 0. */
export function countAll(metrics: Metrics, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count > 0) metrics.addMetric(name, MetricUnit.Count, count);
  }
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
