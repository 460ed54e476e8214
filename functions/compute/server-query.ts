/** The query of a list of servers. Source: nova `api/openstack/compute/schemas/servers.py`. */
import * as z from 'zod';

/** Nova's cap on a page, and what a page holds if no limit is asked for. */
const maxPage = 1000;

const known = new Set([
  'all_tenants',
  'deleted',
  'host',
  'limit',
  'marker',
  'name',
  'power_state',
  'project_id',
  'status',
  'task_state',
  'tenant_id',
  'uuid',
  'vm_state',
]);

const Limit = z
  .string()
  .regex(/^\d{1,9}$/, 'Must be a non-negative integer.')
  .transform((text) => Math.min(Number(text), maxPage));
const Yes = z
  .string()
  .transform((text) => ['', '1', 'true', 't', 'on', 'yes'].includes(text.toLowerCase()));
const Pattern = z
  .string()
  .max(255)
  .refine(isPattern, 'Must be a regular expression without groups, with two repetitions at most.');

/** Each further repetition multiplies what a match may cost by the length of the name. */
const mostRepetitions = 2;

/** A tenant's pattern must not cost more than its text: no groups, few repetitions. */
function isPattern(text: string): boolean {
  if (/[()\\]/.test(text)) return false;
  if ((text.match(/[*+?{]/g) ?? []).length > mostRepetitions) return false;
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

const Fields = z.object({
  all_tenants: Yes.optional(),
  host: z.string().max(255).optional(),
  limit: Limit.optional(),
  marker: z.string().max(255).optional(),
  name: Pattern.optional(),
  power_state: z.string().max(20).optional(),
  project_id: z.string().max(255).optional(),
  tenant_id: z.string().max(255).optional(),
  task_state: z.string().max(255).optional(),
  uuid: z.string().max(255).optional(),
  vm_state: z.string().max(255).optional(),
});

/** The filters, and the names of keys that are not known. */
export const ServerQuery = z.record(z.string(), z.array(z.string())).transform((query, context) => {
  const last = Object.fromEntries(
    Object.entries(query).flatMap(([name, values]) => {
      const value = values.at(-1);
      return value || name === 'all_tenants' ? [[name, value]] : [];
    }),
  );
  const fields = Fields.safeParse(last);
  if (!fields.success) {
    for (const { message, path } of fields.error.issues) {
      context.addIssue({ code: 'custom', message, path: [...path] });
    }
    return z.NEVER;
  }
  const { tenant_id, limit = maxPage, ...rest } = fields.data;
  return {
    filter: {
      ...rest,
      limit,
      project_id: rest.project_id ?? tenant_id,
      statuses: (query.status ?? []).filter(Boolean).map((status) => status.toUpperCase()),
    },
    unknown: Object.keys(query).filter((name) => !known.has(name)),
  };
});
