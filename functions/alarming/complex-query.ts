/**
 * The body of Aodh's complex queries: a filter and an order as JSON in texts, and a limit.
 * Source: docs/wire/alarming.md#complex-queries.
 */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';
import type { Fields } from './field.ts';
import { type Filter, meets, readFilter } from './filter.ts';
import { type Listing, orderOf, readSorting } from './list-request.ts';
import { readAs, text } from './wsme.ts';

const positive = 'Limit should be positive';
const Body = z.strictObject(
  {
    filter: text(65_536).optional(),
    orderby: text(4_096).optional(),
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

export type ComplexQuery<T> = Listing<T> & {
  /** Undefined where everything is asked for. */
  readonly filter: Filter<T> | undefined;
};

/** What the body asks for of things with these fields and this id. Throws `invalid`. */
export function readQuery<T>(body: unknown, fields: Fields<T>, id: string): ComplexQuery<T> {
  const given = readAs(Body, body === undefined ? {} : body);
  const filter = given.filter ? readFilter(json(given.filter, 'filter'), fields) : undefined;
  const sort = given.orderby ? readAs(OrderBy, json(given.orderby, 'orderby'), 'orderby') : [];
  const keys = [...fields.keys()];
  return {
    filter,
    test: (item) => filter === undefined || meets(filter, item),
    ...orderOf(
      fields,
      sort
        .flatMap(Object.entries<string>)
        .map((one) => readSorting(one.join(':'), keys, 'orderby')),
      id,
    ),
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
