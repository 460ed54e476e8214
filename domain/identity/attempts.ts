/**
 * Limits of wrong logins. One counts a source's attempts on one user, a wider one those of a source on
 * all users. No limit counts a user's attempts from everywhere: with it, anybody could lock anybody out.
 */
export type AttemptLimits = {
  /** Wrong attempts from one source on one user or credential; 0 for any number. */
  readonly perUser: number;
  /** Wrong attempts from one source; 0 for any number. */
  readonly perSource: number;
  /** From the first wrong attempt, until they are forgotten. */
  readonly windowSeconds: number;
};

/** Where a request comes from. Of an IPv6 address the first 64 bits count: the rest is its owner's choice. */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address;
  // An IPv4 address in IPv6's clothes: `::ffff:192.0.2.1`.
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [whole = ''] = address.toLowerCase().split('%');
  const [head = '', tail] = whole.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  return `${all.slice(0, 4).join(':')}::/64`;
}

/** The counters of an attempt, with the limit of each; the narrower comes first. */
export const countersOf = (
  { perUser, perSource }: AttemptLimits,
  subject: string,
  source: string,
): { readonly id: string; readonly limit: number }[] =>
  [
    { id: `user#${source}#${subject}`, limit: perUser },
    { id: `source#${source}`, limit: perSource },
  ].filter(({ limit }) => limit > 0);
