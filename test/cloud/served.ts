/** The types of requests and answers of the stand-in's services. */

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

/** A service. Undefined means an unknown path. */
export type Served = (
  request: ServedRequest,
) => ServedAnswer | undefined | Promise<ServedAnswer | undefined>;

/**
 * The body of Keystone's errors. Other services, behind keystonemiddleware, have the same body for
 * a 401.
 */
export const refused = (status: number, title: string, message: string): ServedAnswer => ({
  status,
  body: { error: { code: status, title, message } },
});

export const unauthorized = (uri: string): ServedAnswer => ({
  ...refused(401, 'Unauthorized', 'The request you have made requires authentication.'),
  headers: { 'WWW-Authenticate': `Keystone uri="${uri}"` },
});
