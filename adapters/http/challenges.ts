/** The header `WWW-Authenticate` of a 401. */

/** One header line each: wget reads only the first challenge of a line. */
export type Challenges = readonly [string, ...string[]];

/**
 * The challenges of a 401: Keystone's, which names the URL that issues tokens, and that of HTTP Basic
 * (RFC 7617) if the route accepts it. Clients such as `curl --anyauth` send no password without it.
 * API Gateway on AWS renames the header to `x-amzn-Remapped-WWW-Authenticate`.
 */
export const challenges = (root: string, basic: boolean): Challenges => [
  `Keystone uri="${root}/identity"`,
  ...(basic ? ['Basic realm="doctor", charset="UTF-8"'] : []),
];
