/** Requests that a view makes by itself are answered by the feed's request: see `live/loads.ts`. */

/** A request that only reads, as the feed can make it for the page. */
export type ReadRequest = {
  /** Below the API's address, with its query: `/doctor/v1/hosts?limit=1000`. */
  readonly path: string;
  readonly microversion?: string | undefined;
  /** The body of a query that is a POST; undefined: it is a GET. */
  readonly body?: unknown;
};

/** An answer. Its text is empty without a body. */
export type Answered = { readonly status: number; readonly text: string };

/** Answers a request of a load; undefined: the request is sent. */
export type Source = (request: ReadRequest) => Promise<Answered> | undefined;

const sources = new WeakMap<AbortSignal, Source>();

/** Lets the source answer the requests that are made with the signal. */
export const answerFrom = (signal: AbortSignal, source: Source): void => {
  sources.set(signal, source);
};

/** The source of the requests that are made with the signal; undefined if they are sent. */
export const sourceOf = (signal: AbortSignal | undefined): Source | undefined =>
  signal && sources.get(signal);

/** The same text for the same request. */
export const keyOf = ({ path, microversion = '', body }: ReadRequest): string =>
  JSON.stringify([path, microversion, body ?? null]);
