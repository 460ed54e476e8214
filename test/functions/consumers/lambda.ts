/** The events that Lambda passes to a consumer, and a log that keeps its lines. */
import type { SQSEvent } from 'aws-lambda';

export type Message = {
  readonly body: unknown;
  readonly receives?: number;
  /** When SQS accepted the message; by default the beginning of 2026. */
  readonly sentAt?: string;
};

/** Messages of a queue, the n-th with the id `m-n`. A text is used as the body without a change. */
export const queued = (...messages: readonly Message[]): SQSEvent => ({
  Records: messages.map(({ body, receives = 1, sentAt = '2026-01-01T00:00:00.000Z' }, n) => ({
    messageId: `m-${n}`,
    receiptHandle: 'handle',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(Date.parse(sentAt)),
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '1767225600000',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:queue',
    awsRegion: 'eu-west-1',
  })),
});

/** A log that keeps its lines. */
export function logbook() {
  const lines: [string, unknown][] = [];
  const line =
    (level: string) =>
    (...[input, extra]: readonly unknown[]): void => {
      lines.push([level, [input, extra]]);
    };
  return { lines, log: { info: line('info'), warn: line('warn'), error: line('error') } };
}
