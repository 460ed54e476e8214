/** The query of a list of servers. Source: nova `api/openstack/compute/schemas/servers.py`. */
import * as z from 'zod';
import { MomentText } from '../../../adapters/http/moment-text.ts';
import type { Query } from '../../../adapters/http/query.ts';
import { Flag, LaxFlag, Limit, maxPage } from '../nova-types.ts';
import { type QueryEra, queryEras } from './server-eras.ts';
import {
  filters,
  laterFilters,
  type NameTest,
  nameTest,
  type ServerTest,
} from './server-filter.ts';
import { orderOf, type Refuse } from './server-order.ts';
import type { ServerOrder } from './server-sort.ts';

/** A query as it is read, before the caller's rights are considered. */
export type ServerQuery = {
  /** Tests by query key. A key without a value is left out. */
  readonly tests: ReadonlyMap<string, ServerTest>;
  /** The tests by query key that need no more of a server than its name. */
  readonly names: ReadonlyMap<string, NameTest>;
  /** In upper case; empty for any status. */
  readonly statuses: readonly string[];
  readonly host?: string | undefined;
  readonly uuid?: string | undefined;
  readonly project_id?: string | undefined;
  readonly tenant_id?: string | undefined;
  readonly vm_state?: string | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly deleted?: boolean | undefined;
  readonly all_tenants: boolean;
  readonly order: ServerOrder;
  /** The sort keys of the order. */
  readonly sortedBy: readonly string[];
  readonly limit: number;
  readonly marker?: string | undefined;
  /**
   * Names of Nova's joined tables, or of private fields, in the query. Nova refuses them as
   * filters.
   */
  readonly inner: readonly string[];
};

const Short = z.string().max(255);

/** Keys that are read besides the filters. */
const Controls = z.object({
  all_tenants: z
    .literal('')
    .transform(() => true)
    .or(Flag)
    .optional(),
  deleted: LaxFlag.optional(),
  soft_deleted: LaxFlag.optional(),
  limit: Limit.optional(),
  marker: Short.optional(),
  'changes-since': MomentText.optional(),
  'changes-before': MomentText.optional(),
  host: Short.optional(),
  uuid: Short.optional(),
  project_id: Short.optional(),
  tenant_id: Short.optional(),
  vm_state: Short.optional(),
});

/** Names of joined tables. Source: the same, `JOINED_TABLE_QUERY_PARAMS_SERVERS`. */
const joined = new Set([
  ...['block_device_mapping', 'services', 'metadata', 'system_metadata', 'info_cache'],
  ...['security_groups', 'pci_devices'],
]);

const controls = new Set([...Object.keys(Controls.shape), 'status', 'sort_key', 'sort_dir']);

/**
 * Reads a query; undefined if it was refused. Of a key that is given more than once the last value counts.
 */
function read(query: Query, era: QueryEra, refuse: Refuse): ServerQuery | undefined {
  const known = new Map<string, z.ZodType<ServerTest, string>>([
    ...Object.entries(filters),
    ...era.later.map((key) => [key, laterFilters[key]] as const),
  ]);
  const inner = Object.keys(query).filter((key) => joined.has(key) || key.startsWith('_'));
  const isKnown = (key: string) => known.has(key) || controls.has(key) || joined.has(key);
  const [unknown] = era.strict ? Object.keys(query).filter((key) => !isKnown(key)) : [];
  if (unknown !== undefined) return void refuse('It is not known.', unknown.slice(0, 100));

  const last = Object.entries(query).flatMap(([key, values]) => {
    const value = values.at(-1) ?? '';
    const counts = value !== '' || key === 'all_tenants';
    return counts && (controls.has(key) || known.has(key)) ? [[key, value] as const] : [];
  });
  const given = new Map(last.filter(([key]) => key !== 'changes-before' || known.has(key)));
  const parsed = Controls.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    for (const { message, path } of parsed.error.issues) refuse(message, String(path[0]));
    return undefined;
  }
  const tests = new Map<string, ServerTest>();
  for (const [key, value] of given) {
    const test = known.get(key)?.safeParse(value);
    if (test?.success) tests.set(key, test.data);
    else if (test) return void refuse(test.error.issues[0]?.message ?? 'Invalid.', key);
  }
  const names = new Map<string, NameTest>();
  for (const key of ['name', 'display_name']) {
    const test = nameTest.safeParse(given.get(key));
    if (test.success) names.set(key, test.data);
  }
  const order = orderOf(query, era, refuse);
  if (!order) return undefined;
  const { 'changes-since': since, 'changes-before': before, ...rest } = parsed.data;
  if (since !== undefined && before !== undefined && before < since) {
    return void refuse('It must not be before changes-since.', 'changes-before');
  }
  const { all_tenants = false, limit = maxPage, soft_deleted: _, ...named } = rest;
  const statuses = (query.status ?? []).filter(Boolean).map((status) => status.toUpperCase());
  const tested = { tests, names, statuses, inner };
  return { ...named, ...order, ...tested, all_tenants, limit, since, before };
}

/** The schema of the query, by microversion. */
export const serverEras = queryEras.map((era) => ({
  versions: { from: era.from, ...(era.to && { to: era.to }) },
  // Not `z.record`, which leaves out a key with the name __proto__.
  query: z.custom<Query>().transform((query, context): ServerQuery => {
    const found = read(query, era, (message, key) =>
      context.addIssue({ code: 'custom', message, path: [key] }),
    );
    return found ?? z.NEVER;
  }),
}));
