/** What the services of the stand-in get and answer. */

/** A request as it was received. */
export type ServedRequest = {
  readonly method: string;
  /** The whole path, without the query. */
  readonly path: string;
  /** The part of the path below the prefix of the service. */
  readonly below: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The JSON of the body; undefined without one. */
  readonly body: unknown;
};

export type ServedAnswer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A service; undefined is answered as an unknown path. */
export type Served = (
  request: ServedRequest,
) => ServedAnswer | undefined | Promise<ServedAnswer | undefined>;

/** Keystone's body of a refusal; other services behind keystonemiddleware have the same for a 401. */
export const refused = (status: number, title: string, message: string): ServedAnswer => ({
  status,
  body: { error: { code: status, title, message } },
});

export const unauthorized = (uri: string): ServedAnswer => ({
  ...refused(401, 'Unauthorized', 'The request you have made requires authentication.'),
  headers: { 'WWW-Authenticate': `Keystone uri="${uri}"` },
});
