/**
 * Evaluates the alarms of rounds. A message that fails is delivered again; once its round is late, its
 * alarms count as not answered. What cannot be read goes to the dead-letter queue.
 */
import { type Log, onQueue, type QueueMessage } from '../../adapters/lambda.ts';
import { RoundMessage } from '../../domain/alarms/round-plan.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import type { RoundCounts } from '../../flows/evaluate-round.ts';

/** What the evaluator needs from outside. */
export type PeriodicEvaluatorDeps = {
  readonly evaluate: (message: RoundMessage) => Promise<RoundCounts>;
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly count: (counts: RoundCounts) => void;
  readonly log: Log;
};

const none: RoundCounts = { asked: 0, decided: 0, postponed: 0, fired: 0, published: 0 };

/** The handler of both queues of rounds. */
export const periodicEvaluator = (deps: PeriodicEvaluatorDeps) =>
  onQueue({
    log: deps.log,
    inOrder: true,
    consume: (message) => handleMessage(deps, message),
    report: (done) => {
      const total = (of: keyof RoundCounts) => done.reduce((sum, each) => sum + each[of], 0);
      const counts = {
        asked: total('asked'),
        decided: total('decided'),
        postponed: total('postponed'),
        fired: total('fired'),
        published: total('published'),
      };
      deps.count(counts);
      deps.log.info('evaluated', { messages: done.length, ...counts });
    },
  });

async function handleMessage(
  deps: PeriodicEvaluatorDeps,
  { body }: QueueMessage,
): Promise<RoundCounts> {
  const message = readMessage(body);
  if (typeof message === 'string') {
    await deps.deadLetter([{ reason: message, element: body }]);
    return none;
  }
  return deps.evaluate(message);
}

/** The message in a body, or the reason why it cannot be read. */
function readMessage(body: string): RoundMessage | string {
  try {
    const parsed = RoundMessage.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : `not a message of a round: ${parsed.error.message}`;
  } catch {
    return 'not JSON';
  }
}
