/** The query `fields`: which attributes a view shows. */

import type { Query } from '../../adapters/http/query.ts';

/** The attributes that `fields` requests; empty for all. */
export const fieldsOf = ({ fields = [] }: Query): string[] => fields.filter((name) => name !== '');

/** The attributes of a view that `fields` names; all if it is empty. Unknown names are ignored. */
export function picked(
  view: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  if (fields.length === 0) return view;
  const requested = new Set(fields);
  return Object.fromEntries(Object.entries(view).filter(([name]) => requested.has(name)));
}
