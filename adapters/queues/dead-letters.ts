/** Sends what is given up to a dead-letter queue. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../../domain/events/messages.ts';
import { toJson } from '../../domain/json.ts';
import { sendMessages } from './send-messages.ts';

/** The most characters of an element that a dead letter keeps. */
const shownCharacters = 60_000;
/** The most characters of a reason: a schema's error about a long message is longer still. */
const reasonCharacters = 4_000;

/** Sends to a dead-letter queue. */
export const deadLetters = (client: SQSClient, url: string) => ({
  /** Sends elements to the dead-letter queue, each with its reason; long ones are cut. */
  deadLetter: (letters: readonly DeadLetter[]): Promise<void> =>
    sendMessages(
      client,
      url,
      letters.map(({ reason, element }) => {
        const text = toJson(element);
        const shown = text.length > shownCharacters ? text.slice(0, shownCharacters) : element;
        const why = reason.slice(0, reasonCharacters);
        return { body: toJson({ reason: why, element: shown }), delaySeconds: 0 };
      }),
    ),
});
