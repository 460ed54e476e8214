/** The queries of `os-hypervisors`. Source: nova `api/openstack/compute/schemas/hypervisors.py`. */
import * as z from 'zod';
import { Limit, lastOf, NovaBoolean } from '../nova-types.ts';

const Name = z.string().min(1).max(255);
const NovaFlag = z.string().transform((text, context) => {
  const { success, data } = NovaBoolean.safeParse(text);
  if (success) return data;
  context.addIssue({ code: 'custom', message: 'Must be a boolean.' });
  return z.NEVER;
});

const Paged = z.object({ limit: lastOf(Limit), marker: lastOf(Name) });
const Named = Paged.extend({
  /** A text that the name contains. */
  hypervisor_hostname_pattern: lastOf(Name),
  with_servers: lastOf(NovaFlag),
});
const WithServers = Named.pick({ with_servers: true });

/** The query of a hypervisor or of a list; each key is undefined if it is not given. */
export type HypervisorQuery = Partial<z.infer<typeof Named>>;

type Era = {
  readonly from: string;
  readonly to?: string;
  readonly query: z.ZodType<HypervisorQuery>;
};

/** Whether paging and a pattern are not combined: Nova has no pages of a pattern. */
const unpagedPattern = (query: HypervisorQuery): boolean =>
  query.hypervisor_hostname_pattern === undefined ||
  (query.limit === undefined && query.marker === undefined);
const pagedPattern = 'Paging over hypervisors with hypervisor_hostname_pattern is not supported.';

/** The queries of lists, by microversion. Unknown keys are refused from 2.53 on. */
export const listEras: readonly Era[] = [
  { from: '2.1', to: '2.32', query: z.object({}) },
  { from: '2.33', to: '2.52', query: Paged },
  { from: '2.53', query: z.strictObject(Named.shape).refine(unpagedPattern, pagedPattern) },
];

/** The queries of one hypervisor, by microversion. */
export const showEras: readonly Era[] = [
  { from: '2.1', to: '2.52', query: z.object({}) },
  { from: '2.53', query: z.strictObject(WithServers.shape) },
];
