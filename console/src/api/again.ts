/**
 * Answers the requests of a view that loads again by itself from the feed's request: see
 * `live/loads.ts`.
 */

/** A request that only reads, so that the feed can make it for the page. */
export type ReadRequest = {
  /** The path below the API's address, with its query: `/doctor/v1/hosts?limit=1000`. */
  readonly path: string;
  readonly microversion?: string | undefined;
  /** The body of a POST that reads; undefined for a GET. */
  readonly body?: unknown;
};

/** An answer. `text` is empty if it has no body. */
export type Answered = { readonly status: number; readonly text: string };

/** Answers a request of a load, or returns undefined; then the request is sent. */
export type Source = (request: ReadRequest) => Promise<Answered> | undefined;

const sources = new WeakMap<AbortSignal, Source>();

/** Lets the source answer the requests that are made with the signal. */
export const answerFrom = (signal: AbortSignal, source: Source): void => {
  sources.set(signal, source);
};

/** The source of the requests that are made with the signal; undefined if they are sent. */
export const sourceOf = (signal: AbortSignal | undefined): Source | undefined =>
  signal && sources.get(signal);

/** The key of a request. Equal requests have the same key. */
export const keyOf = ({ path, microversion = '', body }: ReadRequest): string =>
  JSON.stringify([path, microversion, body ?? null]);
