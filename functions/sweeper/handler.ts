/**
 * Publishes what an evaluator wrote and did not live to tell. Runs every minute; only rows older
 * than any evaluator can be are touched, so nobody else is about to publish them.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { OutboxRow } from '../../domain/firing.ts';
import { type DeliverDeps, deliver } from '../../flows/deliver.ts';

export type Deps = DeliverDeps & {
  /** Undelivered rows written before a moment, at most so many of a shard, read consistently. */
  readonly undelivered: (writtenBefore: string, most: number) => Promise<readonly OutboxRow[]>;
  readonly evaluatorTimeoutSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
};

/** Beyond the evaluator's timeout, for clocks that differ. */
const graceSeconds = 10;
/** Rows of a shard in one sweep: what the function can publish in its time. The next takes more. */
const perShard = 250;

export const createHandler = (deps: Deps) =>
  middy<unknown, { published: number }>().handler(async () => {
    const age = (deps.evaluatorTimeoutSeconds + graceSeconds) * 1000;
    const rows = await deps.undelivered(new Date(deps.now() - age).toISOString(), perShard);
    const published = await deliver(deps, rows);
    if (rows.length > 0) {
      deps.metrics.addMetric('NotificationsSwept', MetricUnit.Count, published);
      deps.metrics.publishStoredMetrics();
    }
    deps.logger.info('swept', { found: rows.length, published });
    return { published };
  });
