/**
 * The routes that monitors report to. A dialect of a monitor is a parser from its body to items; the
 * rest is the same for all, and here.
 */
import { actorOf, reporterOf } from '../../adapters/http/actor.ts';
import { fitting } from '../../adapters/http/answer-size.ts';
import { unavailable } from '../../adapters/http/in-time.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import type { Query } from '../../adapters/http/query.ts';
import type { Reader } from '../../adapters/http/readers.ts';
import type { ApiResponse, AuthenticRequest } from '../../adapters/http/request.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import type { ReportItem } from '../../domain/conditions/observation.ts';
import { requireReporter, type Source, SourceName } from '../../domain/conditions/source.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, may } from '../../domain/identity/access.ts';
import type { ItemOutcome, ReportConditions } from '../../flows/report-conditions.ts';

/**
 * EventBridge gives up after 5 seconds, and sends again; others do after 10. The rest is for the
 * gateway and the start of a function. docs/wire/monitors.md#each-sender.
 */
export const answeredWithinMs = 4_000;

/** The dependencies of every route of a monitor. */
export type ReportDeps = {
  /** The settings of a source, read consistently; the default ones if no operator has set it. */
  readonly source: (name: string) => Promise<Source>;
  readonly reportConditions: ReportConditions;
  /** Logs an error that the caller does not see. */
  readonly interrupted: (step: string, error: unknown) => void;
  readonly now: () => string;
};

/** The route of a dialect. */
export type ReportRoute<Body> = {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  /** The name of the source, mostly `querySource`. @throws DomainError `invalid`. */
  readonly source: (query: Query, request: AuthenticRequest) => string;
  /**
   * Reads the body. It refuses a body only if the whole of it does not have the form of the dialect.
   * @throws DomainError `invalid`.
   */
  readonly body: Reader<unknown, AuthenticRequest, Body>;
  /** The items of a body, in its order. What it understands but cannot use is `unmatched`. */
  readonly items: (body: Body, source: Source, args: ItemArgs) => readonly ReportItem[];
  /** The answer; by default 200 with the outcome of each item. It is never a redirect. */
  readonly answer?: (outcomes: readonly ItemOutcome[]) => ApiResponse;
};

/** What the items of a body depend on besides: the parameters of the path, and the query. */
export type ItemArgs = Pick<AuthenticRequest, 'params' | 'query'>;

/**
 * The source that a query names with `source=NAME`: `KIND` without it, else `KIND/NAME`.
 * @throws DomainError `invalid` for a name that is not valid, or that is given twice.
 */
export function querySource({ source: given = [] }: Query, kind: string): string {
  if (given.length > 1) throw new DomainError('invalid', 'source is given more than once.');
  const [name] = given;
  return name === undefined || name === '' ? kind : parsed(SourceName, `${kind}/${name}`, 'source');
}

/** The outcomes. Monitors ignore them, so those that do not fit into an answer are only counted. */
function counted(outcomes: readonly ItemOutcome[]): ApiResponse {
  const items = fitting(outcomes);
  const left_out = outcomes.length - items.length;
  return { status: 200, body: { items, ...(left_out > 0 && { left_out }) } };
}

/**
 * The most items of a report. More do not come from a monitor: its smallest item takes some 120 bytes
 * in a request, which takes 5.9 MB. Many more would keep the function busy beyond the time of its answer,
 * and their sender would send them for ever.
 */
export const mostReportItems = 50_000;

/** @throws DomainError `too_large` for a body that has more items, before any of them is read. */
function requireFewItems(body: unknown): void {
  const lists = typeof body === 'object' && body !== null ? [body, ...Object.values(body)] : [];
  const count = Math.max(0, ...lists.flatMap((list) => (Array.isArray(list) ? [list.length] : [])));
  if (count <= mostReportItems) return;
  throw new DomainError(
    'too_large',
    `The report has ${count} items, and at most ${mostReportItems} are taken at once: send them in several reports.`,
  );
}

/**
 * The source as which a caller reports, with its settings. Every request that reports gets its source here.
 * @throws DomainError `forbidden` for a caller who is not one of its reporters.
 */
export async function sourceFor(
  deps: Pick<ReportDeps, 'source'>,
  name: string,
  { user_id }: Pick<Caller, 'user_id'>,
): Promise<Source> {
  const source = await deps.source(name);
  requireReporter(source, user_id);
  return source;
}

/** The reader of a body, which does not see one that has too many items. */
const ofFewItems =
  <Body>(read: (input: unknown, request: AuthenticRequest) => Body) =>
  (input: unknown, request: AuthenticRequest): Body => {
    requireFewItems(input);
    return read(input, request);
  };

/** The route of a dialect: monitors send a password or a token, and get an answer per item. */
export const reportRoute = <Body>(
  deps: ReportDeps,
  { method, path, source: nameOf, body, items, answer = counted }: ReportRoute<Body>,
): Route =>
  route({
    method,
    path,
    basic: true,
    roles: may.reportConditions,
    query: nameOf,
    body: typeof body === 'function' ? ofFewItems(body) : body,
    handle: async (request) => {
      requireFewItems(request.body);
      const outcomes = await orUnavailable(deps, async () => {
        const source = await sourceFor(deps, request.args, request.caller);
        const sender = {
          actor: actorOf(request, deps.now()),
          reporter: reporterOf(request.caller),
        };
        const reported = items(request.body, source, request);
        return deps.reportConditions({ source, ...sender, items: reported });
      });
      return answer(outcomes);
    },
  });

/** Refusals that are the sender's fault. All others are a 503, after which monitors send again. */
const ofSender = new Set(['invalid', 'forbidden', 'not_found', 'too_large']);

/** What the work returns. @throws DomainError `unavailable` for an error that is not the sender's fault. */
export async function orUnavailable<T>(
  { interrupted }: Pick<ReportDeps, 'interrupted'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && ofSender.has(error.code)) throw error;
    interrupted('report of a monitor', error);
    throw unavailable('The report could not be stored. Send it again.');
  }
}
