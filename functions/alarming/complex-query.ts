/**
 * Parses the body of Aodh's complex queries: a filter and an order, each a text of JSON, and a
 * limit.
 * Source: docs/wire/alarming.md#complex-queries.
 */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';
import type { Fields } from './field.ts';
import { type Filter, meetsFilter, readFilter } from './filter.ts';
import { type ListRequest, listOrderOf, readSorting } from './list-request.ts';
import { readAs, wsmeText } from './wsme.ts';

const positive = 'Limit should be positive';
const Body = z.strictObject(
  {
    filter: wsmeText(65_536).optional(),
    orderby: wsmeText(4_096).optional(),
    limit: z.int(positive).min(1, positive).optional(),
  },
  'An object is expected.',
);

const OrderBy = z
  .array(
    z.record(z.string(), z.string()).refine((one) => Object.keys(one).length === 1, {
      error: 'Exactly one field is expected.',
    }),
    'A list is expected.',
  )
  .max(20, 'At most 20 are allowed.');

/** A parsed complex query. */
export type ComplexQuery<T> = ListRequest<T> & {
  /** Undefined if the query has no filter. */
  readonly filter: Filter<T> | undefined;
};

/**
 * The query of a body.
 * @param fields the fields of the queried items.
 * @param id the name of the field that identifies an item.
 * @throws DomainError `invalid`.
 */
export function readQuery<T>(body: unknown, fields: Fields<T>, id: string): ComplexQuery<T> {
  const given = readAs(Body, body === undefined ? {} : body);
  const filter = given.filter ? readFilter(json(given.filter, 'filter'), fields) : undefined;
  const sort = given.orderby ? readAs(OrderBy, json(given.orderby, 'orderby'), 'orderby') : [];
  const keys = [...fields.keys()];
  const sorting = sort
    .flatMap(Object.entries<string>)
    .map(([key, direction]) => readSorting(`${key}:${direction}`, keys, 'orderby'));
  return {
    filter,
    test: (item) => filter === undefined || meetsFilter(filter, item),
    ...listOrderOf(fields, sorting, id),
    limit: given.limit,
    after: undefined,
  };
}

function json(given: string, field: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw new DomainError('invalid', `Invalid input for field/attribute ${field}. It is not JSON.`);
  }
}
