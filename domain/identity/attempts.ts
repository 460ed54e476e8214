/**
 * Limits of failed logins. One limit counts the attempts of a source on one user, a second one those
 * of a source on all users. Attempts on a user from all sources are not limited: with such a limit any
 * caller could lock out any user.
 */
export type AttemptLimits = {
  /** Failed attempts from one source on one user or credential; 0 for no limit. */
  readonly perUser: number;
  /** Failed attempts from one source; 0 for no limit. */
  readonly perSource: number;
  /** How long failed attempts count, from the first one. */
  readonly windowSeconds: number;
};

/**
 * The source of a request by its address. Of an IPv6 address only the first 64 bits count, because
 * its owner chooses the rest.
 */
export function attemptSource(address: string): string {
  if (!address.includes(':')) return address;
  // An IPv4 address written as IPv6: `::ffff:192.0.2.1`.
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [whole = ''] = address.toLowerCase().split('%');
  const [head = '', tail] = whole.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  return `${all.slice(0, 4).join(':')}::/64`;
}

/** The counters of an attempt, each with its limit; the one for the subject comes first. */
export const countersOf = (
  { perUser, perSource }: AttemptLimits,
  subject: string,
  source: string,
): { readonly id: string; readonly limit: number }[] =>
  [
    { id: `user#${source}#${subject}`, limit: perUser },
    { id: `source#${source}`, limit: perSource },
  ].filter(({ limit }) => limit > 0);
