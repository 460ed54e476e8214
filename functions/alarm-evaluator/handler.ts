/**
 * Evaluates the events of the queue. A message that fails is redelivered whole; from its second
 * receive on it is split into messages of one event each, so that one event that cannot be
 * evaluated harms no other, and ends in the dead-letter queue with its reason.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { DoctorEvent } from '../../domain/event.ts';
import { type DeadLetter, EventMessage } from '../../domain/messages.ts';
import type { Evaluated } from '../../flows/evaluate-events.ts';

export type Deps = {
  readonly evaluate: (events: readonly DoctorEvent[]) => Promise<Evaluated>;
  /** Queues each event as a message of its own, with the attempts made so far. */
  readonly split: (events: readonly DoctorEvent[], attempts: number) => Promise<void>;
  readonly bury: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
};

/** A message is received so often, in whatever company, before its event is given up. */
const maxAttempts = 5;

export const createHandler = (deps: Deps) =>
  middy<SQSEvent, SQSBatchResponse>().handler(async (event, context) => {
    const started = performance.now();
    const totals = { events: 0, candidates: 0, fired: 0, published: 0 };
    const processor = new BatchProcessor(EventType.SQS);
    const response = await processPartialResponse(
      event,
      async (record: SQSRecord) => {
        const done = await handleMessage(deps, record);
        totals.events += done.events;
        totals.candidates += done.candidates;
        totals.fired += done.fired;
        totals.published += done.published;
      },
      processor,
      { context, throwOnFullBatchFailure: false },
    );
    deps.metrics.addMetric('Events', MetricUnit.Count, totals.events);
    deps.metrics.addMetric('AlarmsFired', MetricUnit.Count, totals.fired);
    deps.metrics.addMetric('NotificationsPublished', MetricUnit.Count, totals.published);
    deps.metrics.publishStoredMetrics();
    const failed = response.batchItemFailures.length;
    const ms = Math.round(performance.now() - started);
    deps.logger.info('evaluated', { messages: event.Records.length, failed, ...totals, ms });
    return response;
  });

type Done = Evaluated & { readonly events: number };
const nothing: Done = { events: 0, candidates: 0, fired: 0, published: 0 };

async function handleMessage(deps: Deps, record: SQSRecord): Promise<Done> {
  const message = readMessage(record.body);
  if (typeof message === 'string') {
    await deps.bury([{ reason: message, element: record.body }]);
    return nothing;
  }
  const { events } = message;
  const receives = Number(record.attributes.ApproximateReceiveCount) || 1;
  const attempts = message.attempts + receives;
  if (receives > 1 && events.length > 1) {
    await deps.split(events, attempts - 1);
    return nothing;
  }
  try {
    if (attempts > maxAttempts) throw new Error('its evaluation never came to an end');
    return { ...(await deps.evaluate(events)), events: events.length };
  } catch (error) {
    deps.logger.warn('events could not be evaluated', { attempts, events: events.length, error });
    if (events.length > 1 || attempts < maxAttempts) throw error;
    const reason = `given up after ${attempts} attempts: ${String(error)}`;
    await deps.bury(events.map((element) => ({ reason, element })));
    return nothing;
  }
}

/** The message in a body, or why there is none. */
function readMessage(body: string): EventMessage | string {
  try {
    const parsed = EventMessage.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : `not a message of events: ${parsed.error.message}`;
  } catch {
    return 'not JSON';
  }
}
