/** The sender of webhooks with its queues, places and receivers in memory. */

import { firingOf } from '../../../domain/alarms/firing.ts';
import {
  type WebhookMessage,
  type WebhookOutcome,
  webhooksOf,
} from '../../../domain/delivery/webhook.ts';
import type { OutcomeMinute } from '../../../domain/delivery/webhook-counts.ts';
import type { Answer } from '../../../domain/delivery/webhook-retry.ts';
import type { DeadLetter } from '../../../domain/events/messages.ts';
import type { WebhookSenderDeps } from '../../../functions/webhook-sender/deps.ts';
import { webhookSender } from '../../../functions/webhook-sender/handler.ts';
import { slowReceivers } from '../../../functions/webhook-sender/slow-receivers.ts';
import { alarmWith } from '../../domain/alarms/alarms.ts';
import { eventWith } from '../../domain/events/events.ts';
import { minute } from '../../domain/rows.ts';
import { lambdaContext as context } from '../call.ts';
import { logbook, queued } from './lambda.ts';

/** A topic that the operator allows as an action. */
export const topic = 'arn:aws:sns:eu-west-1:123456789012:pager';

/** A first try of an action of project a. */
export const webhook = (action: string, more: Partial<WebhookMessage> = {}): WebhookMessage => {
  const alarm = alarmWith({ alarm_actions: [action] });
  const decision = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
  const [message] = webhooksOf(firingOf(alarm, eventWith(), decision, minute(1)).row);
  if (!message) throw new Error('no webhook');
  return { ...message, ...more };
};

/** The same of project b. */
export const ofOther = (action: string): WebhookMessage =>
  webhook(action, { project_id: 'b', webhook_id: '6b1f0c53-0f5e-5d5c-9a43-0a4f0e7b1a02' });

/** The sender of webhooks. Receivers answer 200 unless `answers` says otherwise; what it does is recorded. */
export function sender(
  answers: Readonly<Record<string, Answer>> = {},
  given: Partial<WebhookSenderDeps> = {},
) {
  const posted: WebhookMessage[] = [];
  const published: string[] = [];
  const notes: WebhookOutcome[] = [];
  const retries: [WebhookMessage, number][] = [];
  const diverted: WebhookMessage[] = [];
  const deferred: WebhookMessage[] = [];
  const roomGivenBack: WebhookMessage[] = [];
  const places: string[] = [];
  const counted: OutcomeMinute[] = [];
  let taken = 0;
  const deadLettered: DeadLetter[] = [];
  const { lines, log } = logbook();
  const deps: WebhookSenderDeps = {
    outcome: async () => undefined,
    isAlarm: async () => true,
    post: async (message) => {
      posted.push(message);
      return answers[message.action] ?? { kind: 'answered', status: 200 };
    },
    topics: [topic],
    publish: async (message) => {
      published.push(message.action);
      return { kind: 'answered', status: 200 };
    },
    note: async (_, outcome) => {
      notes.push(outcome);
    },
    again: async (message, delaySeconds) => {
      retries.push([message, delaySeconds]);
    },
    divert: async (message) => {
      diverted.push(message);
    },
    fullCounter: async () => undefined,
    giveRoomBack: async (message) => {
      roomGivenBack.push(message);
    },
    limits: { perReceiver: 600, perProject: 3_000 },
    defer: async (message) => {
      deferred.push(message);
    },
    places: {
      take: async (project_id) => {
        places.push(`take ${project_id}`);
        return { place: `${taken++}#${project_id}`, holder: 'me' };
      },
      wasFull: () => false,
      giveBack: async ({ place }) => {
        places.push(`give back ${place}`);
      },
      keep: async ({ place }) => {
        places.push(`keep ${place}`);
      },
      noteWaiting: async ({ place }) => {
        places.push(`note ${place}`);
      },
      after: () => () => undefined,
      interrupted: (step) => {
        places.push(`interrupted ${step}`);
      },
    },
    deadLetter: async (letters) => {
      deadLettered.push(...letters);
    },
    slow: slowReceivers(() => 0),
    mostAttempts: 3,
    now: () => minute(2),
    random: () => 0,
    count: () => {},
    countWebhooks: async (minute) => {
      counted.push(minute);
    },
    uncounted: (step) => {
      places.push(`uncounted ${step}`);
    },
    log,
    ...given,
  };
  const handler = webhookSender(deps);
  const send = async (...messages: readonly unknown[]) => {
    const event = queued(...messages.map((body) => ({ body })));
    const { batchItemFailures } = await handler(event, context);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return {
    deps,
    send,
    posted,
    published,
    notes,
    retries,
    diverted,
    deferred,
    roomGivenBack,
    places,
    counted,
    deadLettered,
    lines,
  };
}

/** A URL with secrets, whose receiver answers. */
export const good = 'https://user:secret@good.example/x?token=secret';

/** A URL whose receiver fails where a test says so. */
export const bad = 'https://bad.example/';

/** The result of a receiver that hangs. */
export const hung: Answer = { kind: 'unanswered', reason: 'no answer within 5 s', timedOut: true };
