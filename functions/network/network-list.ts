/** The filters and the order of a list of networks. Source: neutron-lib `api/definitions/network.py`. */

import type { Query } from '../../adapters/http/query.ts';
import type { SortKeys } from './list-order.ts';
import { type NetworkView, networkTruths } from './network-input.ts';
import { badRequest, shown, truthOf } from './neutron.ts';
import { tagFilters } from './tag-filter.ts';

/** The attributes by which networks can be sorted. */
export const networkSortKeys: SortKeys<NetworkView> = new Map<
  string,
  (view: NetworkView) => string | boolean
>([
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['project_id', ({ project_id }) => project_id],
  ['tenant_id', ({ tenant_id }) => tenant_id],
  ['admin_state_up', ({ admin_state_up }) => admin_state_up],
  ['status', ({ status }) => status],
]);

type Test = (view: NetworkView) => boolean;

const texts: ReadonlyMap<string, (view: NetworkView) => string> = new Map<
  string,
  (view: NetworkView) => string
>([
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['description', ({ description }) => description],
  ['project_id', ({ project_id }) => project_id],
  ['tenant_id', ({ tenant_id }) => tenant_id],
  ['status', ({ status }) => status],
  ['revision_number', ({ revision_number }) => String(revision_number)],
]);

/** Keys of a query that are not filters. */
const shaping = new Set(['fields', 'limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir']);

/**
 * The test of a query's filters. A repeated key means any of its values; several keys mean all of them.
 * @throws HTTPBadRequest for a key that is not a filter.
 */
export function networkFilter(query: Query): Test {
  const given = Object.entries(query).filter(([name]) => !shaping.has(name));
  const tests = given.map(([name, values]) => testOf(name, values));
  const unknown = given.flatMap(([name], n) => (tests[n] ? [] : [`'${shown(name)}'`]));
  if (unknown.length > 0) {
    throw badRequest(`[${unknown.join(', ')}] is invalid attribute for filtering`);
  }
  return (view) => tests.every((test) => test?.(view));
}

function testOf(name: string, values: readonly string[]): Test | undefined {
  const text = texts.get(name);
  if (text) {
    const wanted = new Set(name === 'id' ? values.map((id) => id.toLowerCase()) : values);
    return (view) => wanted.has(text(view));
  }
  const truth = networkTruths.get(name);
  if (truth) {
    const wanted = new Set(values.map(truthOf));
    return (view) => wanted.has(truth(view));
  }
  return tagFilters.get(name)?.(values);
}
