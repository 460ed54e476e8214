/**
 * The next step of an evacuation that Nova carries out. Nova accepts a second request for a server while
 * the first one runs, and then breaks the server. So a request is claimed in a row before it is sent, and
 * is sent again only if Nova shows no trace of it. Source: docs/wire/cloud.md#evacuation-by-nova.
 */
import * as z from 'zod';
import { isSameHost } from '../hosts/host-name.ts';
import type { Evacuation } from '../servers/evacuation.ts';
import { errorAtTarget } from '../servers/evacuation-end.ts';
import { Moment } from '../time.ts';

/** The claim of a request to Nova for one evacuation. */
export const MoveClaim = z.object({
  /** The id of the server's newest evacuation in Nova before the request; 0 if there was none. */
  after: z.int().min(0),
  /** When the request was claimed. */
  at: Moment,
  /** How many requests were claimed, this one included. */
  asks: z.int().min(1),
  /** Whether Nova refused the request, so that nothing can come of it. */
  refused: z.boolean(),
  /** What was last known of the move, for administrators. */
  progress: z.string(),
});
export type MoveClaim = z.infer<typeof MoveClaim>;

/** A server as Nova shows it. `host`: null if it is on none. */
export type CloudServer = {
  readonly host: string | null;
  readonly vm_state: string;
  readonly task_state: string | null;
  /** The message of its fault; null if it has none. */
  readonly fault: string | null;
};

/** A migration of type `evacuation` as Nova shows it. */
export type CloudEvacuation = {
  readonly id: number;
  readonly status: string;
  readonly dest: string | null;
};

/** What a step is decided from. */
export type MoveView = {
  readonly evacuation: Evacuation;
  /** Undefined if Nova does not have the server. */
  readonly server: CloudServer | undefined;
  /** All evacuations of the server, in any order. */
  readonly records: readonly CloudEvacuation[];
  /** Undefined if nothing was requested. */
  readonly claim: MoveClaim | undefined;
  readonly now: string;
};

export type MoveStep =
  /** Request the evacuation, once the claim is written. */
  | { readonly kind: 'ask'; readonly claim: MoveClaim }
  | { readonly kind: 'wait'; readonly seconds: number; readonly progress: string }
  | {
      readonly kind: 'done';
      readonly host: string;
      readonly original: Evacuation['original'];
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** Statuses of a move that has ended in Nova; in all others it is under way. */
const good = new Set(['done', 'completed']);
const bad = new Set(['failed', 'error', 'cancelled']);

/**
 * The time after which a request without a trace counts as lost. Nova writes the record before it
 * answers, so a request without a record by then did not reach it.
 */
const settledAfterMs = 60_000;

/** How long a request may be refused or lost, and how long a move may take, before it has failed. */
const longestAskMs = 24 * 3_600_000;
const longestMoveMs = 2 * 3_600_000;

/** Pauses between two looks, in seconds. */
const [soon, later] = [2, 10];

const ageOf = (moment: string, now: string): number => Date.parse(now) - Date.parse(moment);

/**
 * Seconds until the next look: a third of the move's age, so that a large host is not looked at all
 * the time.
 */
const lookAfter = (ageMs: number): number =>
  Math.min(later, Math.max(soon, Math.round(ageMs / 3_000)));

/** Decides the next step of a move that is in flight in Doctor. */
export function nextStep(view: MoveView): MoveStep {
  const { server, records, claim } = view;
  if (!server) return { kind: 'failed', reason: 'Nova does not have the server.' };
  const own = newest(records.filter(({ id }) => id > (claim?.after ?? 0)));
  // Without a claim, only a record that is under way is this move: another caller requested it.
  const record = claim || (own && isUnderWay(own)) ? own : undefined;
  return record ? afterRecord(view, server, record) : withoutRecord(view, server);
}

const isUnderWay = ({ status }: CloudEvacuation): boolean => !good.has(status) && !bad.has(status);

const newest = (records: readonly CloudEvacuation[]): CloudEvacuation | undefined =>
  records.toSorted((a, b) => b.id - a.id)[0];

const originalOf = ({ vm_state }: CloudServer): Evacuation['original'] =>
  vm_state === 'stopped' ? 'stopped' : 'active';

const arrivedAt = (server: CloudServer, host: string): MoveStep =>
  server.vm_state === 'error'
    ? { kind: 'failed', reason: server.fault ?? errorAtTarget(host) }
    : { kind: 'done', host, original: originalOf(server) };

/** The step where Nova has a record of the move. */
function afterRecord(
  { evacuation, claim, now }: MoveView,
  server: CloudServer,
  { status, dest }: CloudEvacuation,
): MoveStep {
  if (bad.has(status)) {
    return { kind: 'failed', reason: server.fault ?? `Nova ended the evacuation: ${status}.` };
  }
  const moved = server.host !== null && !isSameHost(server.host, evacuation.source);
  if (good.has(status) && moved && server.task_state === null) {
    return arrivedAt(server, server.host ?? '');
  }
  const age = ageOf(claim?.at ?? evacuation.created_at, now);
  if (age > longestMoveMs) {
    return { kind: 'failed', reason: `Nova shows the evacuation as ${status} after two hours.` };
  }
  const progress = dest === null ? status : `${status} to ${dest}`;
  return { kind: 'wait', seconds: lookAfter(age), progress };
}

/** The step where Nova shows no trace of the move. */
function withoutRecord(view: MoveView, server: CloudServer): MoveStep {
  const { evacuation, records, claim, now } = view;
  if (server.host !== null && !isSameHost(server.host, evacuation.source)) {
    return server.task_state === null
      ? arrivedAt(server, server.host)
      : { kind: 'wait', seconds: soon, progress: `${server.task_state} on ${server.host}` };
  }
  if (claim && !claim.refused && ageOf(claim.at, now) < settledAfterMs) {
    return { kind: 'wait', seconds: later, progress: claim.progress };
  }
  if (server.task_state?.startsWith('rebuild')) {
    // It is not known whether something still works on it. A request now could break the server.
    const reason = `Nova shows the server in task ${server.task_state} without an evacuation. Reset its state, then evacuate it again.`;
    return { kind: 'failed', reason };
  }
  if (ageOf(evacuation.created_at, now) > longestAskMs) {
    return {
      kind: 'failed',
      reason: `Nova did not take the request in a day. ${claim?.progress ?? ''}`,
    };
  }
  const after = newest(records)?.id ?? 0;
  const asks = (claim?.asks ?? 0) + 1;
  return { kind: 'ask', claim: { after, at: now, asks, refused: false, progress: 'requested' } };
}

/** The 400 of a host that Nova does not take to be down yet. */
const stillInUse = /still in use/i;

/**
 * The step after Nova's answer to the request. `refused` for good: the move has failed. A request
 * about a host that Nova does not show as down yet is sent again, and so is one to an overloaded
 * service.
 */
export function isRefusedForNow(status: number, reason: string): boolean {
  return status === 429 || status === 401 || (status === 400 && stillInUse.test(reason));
}
