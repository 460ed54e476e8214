/** The query of a list of migrations. Source: nova `api/openstack/compute/schemas/migrations.py`. */
import * as z from 'zod';
import { MomentText } from '../../../adapters/http/moment-text.ts';
import { Limit, maxPage } from '../nova-types.ts';

/** The last value of a key; undefined if it is empty or missing. */
const last = <T>(value: z.ZodType<T, string>) =>
  z
    .array(z.string())
    .transform((values) => values.at(-1) || undefined)
    .pipe(value.optional())
    .optional();

const Text = last(z.string().max(255));
/** What a list of migrations is made of; each field is undefined for any. */
export type MigrationFilter = {
  /** As source or as target. */
  readonly host?: string | undefined;
  readonly instance_uuid?: string | undefined;
  readonly source_compute?: string | undefined;
  readonly status?: string | undefined;
  readonly migration_type?: string | undefined;
  readonly user_id?: string | undefined;
  readonly project_id?: string | undefined;
  /** The last change is between these times, both included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly marker?: string | undefined;
  readonly limit: number;
};

const Fields = z.object({
  hidden: Text,
  host: Text,
  instance_uuid: Text,
  source_compute: Text,
  status: Text,
  migration_type: Text,
});
const Paged = Fields.extend({
  limit: last(Limit),
  marker: Text,
  'changes-since': last(MomentText),
}).strict();
const Bounded = Paged.extend({ 'changes-before': last(MomentText) });
const Owned = Bounded.extend({ user_id: Text, project_id: Text });

/** The keys of all microversions. */
type Known = Partial<z.infer<typeof Owned>>;

function filterOf(query: Known, context: z.RefinementCtx): MigrationFilter {
  const { 'changes-since': since, 'changes-before': until, hidden: _, ...rest } = query;
  if (since !== undefined && until !== undefined && since > until) {
    context.addIssue({
      code: 'custom',
      path: ['changes-since'],
      message: 'It must not be later than changes-before.',
    });
  }
  return { ...rest, limit: rest.limit ?? maxPage, since, until };
}

/** The queries, by microversion. Unknown keys are refused from 2.59 on. */
export const migrationQueries: readonly {
  readonly from: string;
  readonly to?: string;
  readonly query: z.ZodType<MigrationFilter>;
}[] = [
  { from: '2.1', to: '2.58', query: Fields.transform(filterOf) },
  { from: '2.59', to: '2.65', query: Paged.transform(filterOf) },
  { from: '2.66', to: '2.79', query: Bounded.transform(filterOf) },
  { from: '2.80', query: Owned.transform(filterOf) },
];
