/** Asks the Prometheus that the operator has set. It follows no redirects. */
import { queryAnswer } from '../../domain/alarms/query-answer.ts';
import type { AskedQuery } from '../../domain/alarms/round-plan.ts';
import { scopedQuery } from '../../domain/alarms/scoped-query.ts';
import type { Asked } from '../../flows/ask-queries.ts';
import type { Authorize } from './prometheus-credentials.ts';

type Settings = {
  /** The address below which `/api/v1/query` is; empty if the operator has set none. */
  readonly url: string;
  readonly timeoutMs: number;
  /** The label that names a series' project. */
  readonly projectLabel: string;
  readonly authorize: Authorize;
};

/** The most bytes of an answer, unpacked: some 50,000 series. */
const mostBytes = 5_000_000;

const failed = (reason: string, timedOut = false): Asked => ({
  answer: { kind: 'failed', reason },
  timedOut,
});

/** The client. */
export const prometheus = ({ url, timeoutMs, projectLabel, authorize }: Settings) => ({
  /**
   * Asks the query, limited to its project, at the time. It is posted, because it may be longer than
   * the addresses that proxies accept. Never throws. The reasons name neither address nor credentials.
   */
  ask: async ({ scope, query }: AskedQuery, at: string): Promise<Asked> => {
    if (url === '') return failed('the operator has set no Prometheus');
    const limited =
      scope === null
        ? ({ kind: 'scoped', query } as const)
        : scopedQuery(query, { label: projectLabel, project_id: scope });
    if (limited.kind === 'refused') return failed(`the query ${limited.why}`);
    const body = new URLSearchParams({
      query: limited.query,
      time: String(Date.parse(at) / 1000),
      timeout: `${timeoutMs}ms`,
    }).toString();
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const target = new URL(`${url.replace(/\/+$/, '')}/api/v1/query`);
      const response = await fetch(target, {
        method: 'POST',
        headers: await authorize(target, body),
        body,
        redirect: 'manual',
        signal,
      });
      const text = await textOf(response);
      if (text === undefined) return failed('the answer is too large');
      return { answer: queryAnswer(response.status, text), timedOut: false };
    } catch (error) {
      if (signal.aborted) return failed(`no answer within ${timeoutMs / 1000} s`, true);
      return failed(`no answer: ${codeOf(error)}`);
    }
  },
});

/** The body of an answer; undefined if it is too large. The rest of it is not read then. */
async function textOf({ body }: Response): Promise<string | undefined> {
  if (!body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The code of a connection's error, such as `ECONNREFUSED`. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'failed';
}
