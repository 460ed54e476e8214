/**
 * Applies a host's fault once more, some time after its report: to instances that the report did
 * not live to change, or that the index did not show it. Finds nothing to do most of the time.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Host } from '../../domain/host.ts';
import { FinishMessage } from '../../domain/messages.ts';

export type Deps = {
  /** The host's row, tombstones included, read consistently. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** Applies what the host owes; gives the number of instances that changed. */
  readonly applyFault: (host: Host) => Promise<number>;
  readonly logger: Logger;
};

export const createHandler = (deps: Deps) =>
  middy<SQSEvent, SQSBatchResponse>().handler((event, context) =>
    processPartialResponse(
      event,
      (record: SQSRecord) => finish(deps, record),
      new BatchProcessor(EventType.SQS),
      { context, throwOnFullBatchFailure: false },
    ),
  );

async function finish({ host: read, applyFault, logger }: Deps, record: SQSRecord): Promise<void> {
  const { host: name, number } = FinishMessage.parse(JSON.parse(record.body));
  const host = await read(name);
  const affected = host ? await applyFault(host) : 0;
  logger.info('finished', { host: name, number, affected });
}
