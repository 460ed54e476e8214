/**
 * The body of `POST /v2/query/alarms`, as far as clients need it to find an alarm by its name: no
 * filter, or one `{"=": {field: value}}`. Contract alarm.md section 1.4.
 */
import * as z from 'zod';
import { type Caller, isAdmin, projectOf } from './access.ts';
import {
  type ListRequest,
  readSorting,
  type Scope,
  type Sorting,
  scopeOf,
  testOf,
} from './alarm-list.ts';
import { DomainError } from './errors.ts';
import { readAs, text } from './wsme.ts';

const Body = z.strictObject(
  {
    filter: text(65_536).optional(),
    orderby: text(4_096).optional(),
    limit: z.int('Limit should be positive').min(1, 'Limit should be positive').optional(),
  },
  'An object is expected.',
);

const scalar = z.union([z.string().max(255), z.number(), z.boolean()]);
type Scalar = z.infer<typeof scalar>;
const Fields = z
  .record(z.string(), scalar)
  .refine((fields) => Object.keys(fields).length === 1, 'Exactly one field is expected.');
const signs = new Set(['=', '==', 'eq']);
const Filter = z
  .record(z.string(), Fields)
  .refine(
    (node) => Object.keys(node).length <= 1 && Object.keys(node).every((sign) => signs.has(sign)),
    'Only {"=": {field: value}} is supported.',
  );

const OrderBy = z
  .array(
    z.record(z.string(), z.string()).refine((one) => Object.keys(one).length === 1, {
      error: 'Exactly one field is expected.',
    }),
  )
  .max(20);

/** Short names of fields. */
const aliases = new Map([
  ['user', 'user_id'],
  ['project', 'project_id'],
]);

/** What the body asks for. Throws `invalid`. */
export function readQueryRequest(body: unknown): ListRequest {
  const { filter, orderby, limit } = readAs(Body, body === undefined ? {} : body);
  const node = filter ? readAs(Filter, json(filter, 'filter'), 'filter') : {};
  const conditions = Object.values(node)
    .flatMap(Object.entries<Scalar>)
    .map(([field, value]) => ({
      field: aliases.get(field) ?? field,
      op: 'eq',
      value: String(value),
    }));
  for (const condition of conditions) testOf(condition);
  const sort = orderby ? readAs(OrderBy, json(orderby, 'orderby'), 'orderby') : [];
  return { conditions, sort: sort.flatMap(sortings), limit, after: undefined };
}

const sortings = (one: Record<string, string>): Sorting[] =>
  Object.entries(one).map(([name, direction]) => readSorting(`${name}:${direction.toLowerCase()}`));

function json(given: string, field: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw new DomainError('invalid', `Invalid input for field/attribute ${field}. It is not JSON.`);
  }
}

/** Whose alarms a query is about: an administrator's are all. Throws as `scopeOf`. */
export function queryScope(request: ListRequest, caller: Caller): Scope {
  const named = request.conditions.some(({ field }) => field === 'project_id');
  if (named) return scopeOf(request, caller);
  return isAdmin(caller) ? 'all projects' : { project_id: projectOf(caller) };
}
