/**
 * Reads the answers of Prometheus' query API. Source: docs/wire/monitors.md#prometheus-query-api.
 */
import * as z from 'zod';
import type { QueryAnswer } from './round-outcome.ts';

/** A time in seconds, and a value as text. */
const Sample = z.tuple([z.number(), z.string()]);

const Answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ value: Sample })) }),
      z.object({ resultType: z.literal('scalar'), result: Sample }),
      z.object({ resultType: z.literal('string') }),
      z.object({ resultType: z.literal('matrix') }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/** The most characters of an error of Prometheus that a reason repeats. */
const mostOfError = 200;

/**
 * The answer in a body of JSON. A text or values over time cannot be compared. An error of the query
 * itself is repeated for its owner; every other answer is named by its status alone, because it may
 * name what is behind the address.
 */
export function queryAnswer(status: number, body: string): QueryAnswer {
  const parsed = Answer.safeParse(jsonOf(body));
  if (!parsed.success) return failed(`HTTP ${status}`);
  const { data: answer } = parsed;
  if (answer.status === 'error') {
    const isOfQuery = status === 400 || status === 422;
    return failed(isOfQuery ? answer.error.slice(0, mostOfError) : `HTTP ${status}`);
  }
  if (status !== 200) return failed(`HTTP ${status}`);
  const { data } = answer;
  switch (data.resultType) {
    case 'vector':
      return { kind: 'values', values: data.result.map(({ value: [, text] }) => numberOf(text)) };
    case 'scalar':
      return { kind: 'values', values: [numberOf(data.result[1])] };
    default:
      return {
        kind: 'unusable',
        reason: `the query returns a ${data.resultType}, not a vector or a scalar`,
      };
  }
}

const failed = (reason: string): QueryAnswer => ({ kind: 'failed', reason });

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const named = new Map([
  ['+Inf', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);

/** A value as Prometheus writes it. What is no number is NaN. */
const numberOf = (text: string): number =>
  named.get(text) ?? (text === '' ? Number.NaN : Number(text));
