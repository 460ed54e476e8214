/** How a 401 says what proof of identity it takes. */

/** One header line each: wget reads only the first challenge of a line. */
export type Challenges = readonly [string, ...string[]];

/**
 * The challenges of a 401: Keystone's, which tells where tokens are had, and that of HTTP Basic
 * (RFC 7617) where the route takes it. Clients such as `curl --anyauth` send no password before.
 * API Gateway on AWS hands them on as `x-amzn-Remapped-WWW-Authenticate`.
 */
export const challenges = (root: string, basic: boolean): Challenges => [
  `Keystone uri="${root}/identity"`,
  ...(basic ? ['Basic realm="doctor", charset="UTF-8"'] : []),
];
