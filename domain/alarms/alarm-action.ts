/**
 * Actions of alarms: URLs that are called on a transition, and SNS topics that the operator allows.
 */
import { wrongGrouping } from '../delivery/grouped-action.ts';
import { DomainError } from '../errors.ts';

/** Aodh's schemes, without `trust+*` and `zaqar`: these need trusts of a real Keystone. */
const schemes = new Set(['http', 'https', 'log', 'test']);

/** Schemes that write into the service's own log. Only administrators may use them. */
const adminSchemes = new Set(['log', 'test']);

type Parts = { scheme: string; authority: string; rest: string };

function partsOf(url: string): Parts | undefined {
  const found = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?(.*)$/i.exec(url);
  if (!found) return undefined;
  const [, scheme = '', authority = '', rest = ''] = found;
  return { scheme: scheme.toLowerCase(), authority, rest };
}

const hasHost = (url: string, { authority }: Parts): boolean =>
  authority !== '' && URL.canParse(url);

/**
 * An action as Aodh stores it, which is Python's `urlsplit(url).geturl()`: the scheme in lower
 * case, no `//` before an empty authority, no `?` or `#` with nothing after it (`log://` becomes
 * `log:`).
 * @throws DomainError `invalid` for an unknown scheme, a URL without a host, or an unknown grouping.
 */
export function normalAction(url: string): string {
  if (isTopicAction(url)) return url;
  const parts = partsOf(url);
  const printable = /^[\x21-\x7e]+$/.test(url);
  if (!parts || !printable || !schemes.has(parts.scheme)) throw unsupported(url);
  const { scheme, authority, rest } = parts;
  if (!adminSchemes.has(scheme) && !hasHost(url, parts)) throw unsupported(url);
  const wrong = wrongGrouping(url);
  if (wrong !== undefined) throw unsupported(url, wrong);
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(rest) ?? [];
  const tail = [path, query === '?' ? '' : query, fragment === '#' ? '' : fragment].join('');
  return `${scheme}:${authority ? `//${authority}` : ''}${tail}`;
}

/** Whether an action is the ARN of a standard (not FIFO) SNS topic. */
export const isTopicAction = (action: string): boolean =>
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/.test(action);

/** The refusal of an action that Doctor does not support. @param why for people. */
export const unsupported = (url: string, why?: string): DomainError =>
  new DomainError(
    'invalid',
    `Unsupported action ${url.slice(0, 200)}${why === undefined ? '' : `: ${why}`}`,
  );

/** Whether only an administrator may give an alarm this action. */
export const isAdminAction = (action: string): boolean =>
  adminSchemes.has(partsOf(action)?.scheme ?? '');
