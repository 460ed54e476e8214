/** Reads answers of OpenStack's services. */
import * as z from 'zod';
import { CloudError, kindOf } from './cloud-error.ts';
import type { IncomingAnswer } from './exchange.ts';

const mostMessage = 500;

/** Keystone's, Nova's and Neutron's bodies of refusals have one key, with the message below it. */
const Refusal = z.record(z.string(), z.object({ message: z.string() }));

function messageIn(text: string): string {
  const refusal = Refusal.safeParse(jsonOf(text));
  const [first] = refusal.success ? Object.values(refusal.data) : [];
  return (first?.message ?? '').slice(0, mostMessage);
}

/** The JSON in a text; undefined if it is empty or not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error of an answer with another status than those of success. */
export function refusalOf({ status, headers, text }: IncomingAnswer, what: string): CloudError {
  const asked = headers['retry-after'] ?? '';
  return new CloudError(kindOf(status), `${what} was answered with ${status}: ${messageIn(text)}`, {
    status,
    uncertain: status >= 500,
    ...(/^\d{1,6}$/.test(asked) && { retryAfterMs: Number(asked) * 1000 }),
  });
}

/**
 * The body of a successful answer, read; undefined goes to the schema if the body is empty.
 * @throws CloudError `unreadable`.
 */
export function readAnswer<T>(
  { status, text }: IncomingAnswer,
  schema: z.ZodType<T>,
  what: string,
): T {
  const { data, error, success } = schema.safeParse(jsonOf(text));
  if (success) return data;
  const complaints = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new CloudError(
    'unreadable',
    `${what} was answered with what cannot be read: ${complaints.join('; ').slice(0, mostMessage)}`,
    { status, uncertain: true },
  );
}
