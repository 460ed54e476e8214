/**
 * How the value of a setting is read. The command line gives text; `cdk.json` gives numbers and
 * booleans too, and every list as one text with commas. Each message follows the words "setting
 * <name>".
 */
import { isIP } from 'node:net';
import * as z from 'zod';

/** Any text, unchanged. */
export const text = z.coerce.string();

/** A text that is not empty. */
export const filledText = text.min(1, 'is empty');

/** A whole number between two limits, both included. */
export const wholeNumber = ({ least = 0, most = Number.MAX_SAFE_INTEGER } = {}) =>
  text
    .trim()
    .regex(/^-?\d+$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `is less than ${least}`).max(most, `is more than ${most}`));

/** The largest number of something; -1 sets no limit. */
export const limit = wholeNumber({ least: -1 });

/** The concurrency of an event source. Lambda takes 2 to 1000. */
export const sourceConcurrency = wholeNumber({ least: 2, most: 1000 });

/** A delay in seconds. SQS refuses a message that asks for more than 900. */
export const delay = wholeNumber({ most: 900 });

/** `true` or `false`. */
export const truth = text
  .pipe(z.enum(['true', 'false'], 'is neither true nor false'))
  .transform((word) => word === 'true');

/** One of the words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, `is not one of ${words.join(', ')}`);

/** Items separated by commas, each read by the same reader. An empty text is an empty list. */
const listOf = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  text
    .transform((given) =>
      given
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .pipe(z.array(item));

/** Delays in seconds, separated by commas: at least one. */
export const delays = text.transform((given): unknown[] => given.split(',')).pipe(z.array(delay));

/** Clients read this as the version of a service, wherever it stands in a URL's path. */
const versionLike = /v[0-9.]/i;

/**
 * The URL of the API, or an empty text. gophercloud cuts the path of a service's URL at the first
 * `v` that a digit or dot follows, so the URL must not contain one before the service's own
 * version.
 */
export const address = text
  .refine((url) => url === '' || (URL.canParse(url) && /^https?:/.test(url)), {
    error: 'is not an http or https URL',
    abort: true,
  })
  .refine(
    (url) => url === '' || !versionLike.test(new URL(url).pathname),
    'has a "v" with a digit or dot behind it in its path, which clients read as the version of a service',
  );

const isOrigin = (origin: string): boolean =>
  origin === '*' ||
  (/^https?:[^*]+$/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin);

/** Origins of pages: scheme, host and port; or `*` for any origin. */
export const origins = listOf(z.string().refine(isOrigin, 'is not an origin'));

/** True for `10.1.0.0/16` and `fd00::/8`. */
function isRange(range: string): boolean {
  const [address = '', prefix = '', ...more] = range.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return /^\d+$/.test(prefix) && Number(prefix) <= most && more.length === 0;
}

/** Ranges of IP addresses: `10.1.0.0/16,fd00::/8`. */
export const ranges = listOf(z.string().refine(isRange, 'is not a range of addresses'));

/** The beginning of names of CloudWatch alarms, or an empty text. EventBridge takes 256 characters. */
export const namePrefix = text
  .regex(/^[\x20-\x7e]*$/, 'has other characters than those of ASCII')
  .max(255, 'has more than 255 characters');

/** An address of e-mail, or an empty text. */
export const email = text.regex(/^([^@\s,]+@[^@\s,]+)?$/, 'is not an e-mail address');

/** ARNs of standard SNS topics. */
export const topicArns = listOf(
  z
    .string()
    .regex(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      'is not the ARN of a standard SNS topic',
    ),
);

/**
 * The name or the ARN of a secret in Secrets Manager, or an empty text. A name is put into the ARN
 * of a grant, so it may contain no wildcard characters.
 */
export const secretName = text.regex(
  /^((arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512})?$/,
  'is neither the name nor the ARN of a secret',
);

/** An http or https URL without credentials, query and fragment, or an empty text. */
export const httpUrl = text.refine((url) => {
  if (url === '') return true;
  const parsed = /^https?:/.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  return parsed && `${parsed.username}${parsed.password}${parsed.search}${parsed.hash}` === '';
}, 'is not an http or https URL without credentials, query and fragment');

/** The name of a label of Prometheus that needs no quotes. */
export const labelName = text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of a label');
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The URL of an issuer as its tokens have it in `iss`, or an empty text. Plain http is for tests. */
export const issuerUrl = text.refine((url) => {
  if (url === '') return true;
  const { protocol, hostname, search, hash } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  const safe = protocol === 'https:' || (protocol === 'http:' && loopbackHosts.has(hostname ?? ''));
  return safe && search === '' && hash === '';
}, 'is not an https URL');

/** Pairs `value=role`, separated by commas. */
export const rolePairs = listOf(
  z
    .string()
    .regex(
      /^[^,]+=(admin|member|reader|service|monitor|data_plane_integrator)$/,
      "is not a value and one of Doctor's roles, as value=role",
    ),
);
