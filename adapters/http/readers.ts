/** How routes read their bodies and queries. */

import type * as z from 'zod';
import { parsed } from './parsed.ts';
import type { RawRequest } from './request.ts';

/**
 * How a route reads its body or its query: a zod schema, whose refusals name the field in Nova's
 * words; or a function, which throws a `DomainError` in the words of its API.
 */
export type Reader<Input, Asked, Output> =
  | z.ZodType<Output>
  | ((input: Input, request: Asked) => Output);

/** Reads nothing: for a body or a query that a route does not have. A body may be of any form. */
export const ignored = (): undefined => undefined;

/** Whether a body was sent. It may be of any form: it is not read. */
export const bodySent = (_: unknown, { text }: Pick<RawRequest, 'text'>): boolean =>
  text !== undefined;

/** The readers of a body that do not need its JSON. */
export const withoutJson = new Set<unknown>([ignored, bodySent]);

/** The input as a schema or a function reads it. */
export function readWith<Input, Asked, Output>(
  reader: Reader<Input, Asked, Output>,
  { input, request, where }: { input: Input; request: Asked; where: string },
): Output {
  return typeof reader === 'function' ? reader(input, request) : parsed(reader, input, where);
}

/** The schemas of a route: of its query and of its body. */
export type RouteSchemas = {
  /** Of a map from each name to all its values; undefined if a function reads the query, or none does. */
  readonly query?: z.ZodType;
  /** Of the JSON of the body; undefined likewise. */
  readonly body?: z.ZodType;
  /** Whether the route reads a body at all. */
  readonly hasBody: boolean;
};

/** The schemas among the readers of a route. */
export const schemasOf = ({
  query,
  body,
}: {
  readonly query: z.ZodType | ((...given: never[]) => unknown);
  readonly body: z.ZodType | ((...given: never[]) => unknown);
}): RouteSchemas => ({
  ...(typeof query !== 'function' && { query }),
  ...(typeof body !== 'function' && { body }),
  hasBody: !withoutJson.has(body),
});
