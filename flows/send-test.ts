/** Sends what a test of an alarm sends: its webhooks are queued, and its message is published. */
import type { OutboxRow } from '../domain/alarms/outbox-row.ts';
import type { TestMessage } from '../domain/events/messages.ts';
import { type DeliverDeps, deliver } from './deliver.ts';

/** What the sending of a test needs from outside. */
export type SendTestDeps = DeliverDeps & {
  /** What the test sends, read consistently; undefined if it was sent before, or has expired. */
  readonly unsentTest: (test: TestMessage['test']) => Promise<OutboxRow | undefined>;
};

/**
 * Sends a test, once unless the process dies before the row is marked.
 * @throws if it could not be sent: the message is delivered again.
 */
export async function sendTest(deps: SendTestDeps, { test }: TestMessage): Promise<void> {
  const row = await deps.unsentTest(test);
  if (row && (await deliver(deps, [row])) === 0) throw new Error('a test was not sent');
}
