/**
 * Takes what arrives on the queue of reports: CloudWatch's alarms, and what trusted senders of the
 * account put there. A message of no known form is sent to the dead-letter queue with the reason. One that
 * fails is delivered again.
 */
import { memoize } from 'es-toolkit';
import { type Log, onBatches, type QueueMessage } from '../../adapters/lambda.ts';
import { parseAlarm } from '../../dialects/cloudwatch.ts';
import { parseOpnfv } from '../../dialects/opnfv.ts';
import type { MissedHeartbeatsMessage } from '../../domain/conditions/missed-heartbeats.ts';
import type { ReportItem } from '../../domain/conditions/observation.ts';
import { requireReporter, type Source } from '../../domain/conditions/source.ts';
import { DomainError } from '../../domain/errors.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import type { DeadLetter } from '../../domain/events/messages.ts';
import { receiveAll } from '../../domain/events/outside-event.ts';
import { laterBy } from '../../domain/time.ts';
import type { ReportConditions } from '../../flows/report-conditions.ts';
import { type ReportMessage, readMessage } from './message-form.ts';

/** What the receiver needs from outside. */
export type ReportReceiverDeps = {
  /** The settings of a source, read consistently; the default ones if no operator has set it. */
  readonly source: (name: string) => Promise<Source>;
  readonly reportConditions: ReportConditions;
  /** Records heartbeats of a time. @returns the names of hosts that are not registered. */
  readonly noteHeartbeats: (hosts: readonly string[], at: string) => Promise<readonly string[]>;
  /** Records that hosts miss their heartbeats, or send them again, if their rows say so. */
  readonly recordMissedHeartbeats: (
    message: MissedHeartbeatsMessage,
    id: string,
  ) => Promise<readonly string[]>;
  /** Queues events from outside for evaluation now, and again some seconds later. */
  readonly sendTwice: (events: readonly DoctorEvent[]) => Promise<void>;
  /** Sends refused events to the dead-letter queue of events. */
  readonly deadLetter: (letters: readonly DeadLetter[]) => Promise<void>;
  /** Sends messages of no known form to the dead-letter queue of reports. */
  readonly refuse: (letters: readonly DeadLetter[]) => Promise<void>;
  readonly now: () => string;
  readonly log: Log;
};

/** What a message was; `refused`: it has none of the forms. */
type Taken = ReportMessage['kind'] | 'refused';

/** The handler of the queue of reports. */
export const reportReceiver = (deps: ReportReceiverDeps) =>
  onBatches({
    log: deps.log,
    // Messages of a batch often have one source, whose settings are read once for all of them.
    begin: () => ({ ...deps, source: memoize(deps.source) }),
    consume: (message, shared) => take(shared, message),
    end: async () => undefined,
    report: (done: readonly Taken[]) => {
      const counts = [...Map.groupBy(done, (kind) => kind)].map(([kind, all]) => [
        kind,
        all.length,
      ]);
      deps.log.info('reports', Object.fromEntries(counts));
    },
  });

/** What no repeat of the message changes. */
const refusals: ReadonlySet<string> = new Set(['invalid', 'forbidden']);

async function take(deps: ReportReceiverDeps, message: QueueMessage): Promise<Taken> {
  try {
    const read = readMessage(message.body);
    await takeForm(deps, read, message);
    return read.kind;
  } catch (error) {
    if (!(error instanceof DomainError) || !refusals.has(error.code)) throw error;
    await deps.refuse([{ reason: error.message, element: message.body }]);
    return 'refused';
  }
}

/**
 * The queue lags if it delivers a message after so many seconds: then heartbeats may wait in it too. What
 * Doctor finds itself is then left, and found again. So is what was found before, and was a dead letter since.
 */
const laggingSeconds = 10;

async function takeForm(
  deps: ReportReceiverDeps,
  read: ReportMessage,
  message: QueueMessage,
): Promise<void> {
  const { sent_at } = message;
  if (read.kind === 'alarm') {
    return report(deps, message, 'cloudwatch', (source) => parseAlarm(read.change, source));
  }
  if (read.kind === 'reports') {
    return report(deps, message, read.source, () => ordered(parseOpnfv(read.body), sent_at));
  }
  if (read.kind === 'missed heartbeats') {
    if ('missed' in read.message) {
      const { found_at = sent_at } = read.message;
      if (deps.now() > laterBy(found_at, laggingSeconds)) {
        const late = { found_at, sent_at };
        deps.log.warn('the queue of reports lags, so no missed heartbeat is recorded', late);
        return;
      }
    }
    const hosts = await deps.recordMissedHeartbeats(read.message, message.id);
    if (hosts.length > 0) deps.log.info('missed heartbeats', { ...read.message, changed: hosts });
    return;
  }
  if (read.kind === 'heartbeats') {
    const unknown = await deps.noteHeartbeats(read.hosts, sent_at);
    if (unknown.length === 0) return;
    const items = unknown.map((host): ReportItem => {
      const reason = `Host ${host} is not registered.`;
      return { kind: 'unmatched', reason, item: { heartbeat: host } };
    });
    return report(deps, message, 'heartbeats', () => items);
  }
  const { events, letters } = receiveAll(read.elements, sent_at);
  await Promise.all([deps.sendTwice(events), deps.deadLetter(letters)]);
}

async function report(
  deps: ReportReceiverDeps,
  { id, sender }: QueueMessage,
  name: string,
  itemsOf: (source: Source) => readonly ReportItem[],
): Promise<void> {
  const source = await deps.source(name);
  // A role's sender is ROLE_ID:SESSION, and the session is a name that the caller chooses.
  const [principal = ''] = sender.split(':');
  if (name !== 'cloudwatch') requireReporter(source, principal);
  const items = itemsOf(source);
  if (items.length === 0) return;
  const actor = { user_id: sender, request_id: id, at: deps.now() };
  const reporter = { user_id: sender, user_name: sender, project_id: '' };
  await deps.reportConditions({ source, actor, reporter, items });
}

/**
 * The items with the time at which SQS took their message, and their place in it: SQS delivers messages in
 * any order, and more than once.
 */
const ordered = (items: readonly ReportItem[], sent_at: string): ReportItem[] =>
  items.map((item, place) => {
    if (item.kind !== 'observation') return item;
    const order = `${sent_at}#${String(place).padStart(6, '0')}`;
    return { ...item, observation: { ...item.observation, order } };
  });
