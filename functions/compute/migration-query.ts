/** The query of a list of migrations. Source: nova `api/openstack/compute/schemas/migrations.py`. */
import * as z from 'zod';
import { parseMoment } from '../../domain/time.ts';

/** Nova's cap on a page, and what a page holds if no limit is asked for. */
const maxPage = 1000;

const Text = z.string().max(255);
const Limit = z
  .string()
  .regex(/^\d{1,9}$/, 'Must be a non-negative integer.')
  .transform((text) => Math.min(Number(text), maxPage));
const Time = z
  .string()
  .max(64)
  .transform((text, context) => {
    const moment = parseMoment(text);
    if (moment !== undefined) return moment;
    context.addIssue({ code: 'custom', message: 'Must be a time such as 2026-01-01T00:00:00Z.' });
    return z.NEVER;
  });

const fields = {
  hidden: Text.optional(),
  host: Text.optional(),
  instance_uuid: Text.optional(),
  source_compute: Text.optional(),
  status: Text.optional(),
  migration_type: Text.optional(),
};
const paged = {
  limit: Limit.optional(),
  marker: Text.optional(),
  'changes-since': Time.optional(),
};
const before = { 'changes-before': Time.optional() };
const owners = { user_id: Text.optional(), project_id: Text.optional() };

export type MigrationFilter = {
  /** As source or as target. */
  readonly host?: string | undefined;
  readonly instance_uuid?: string | undefined;
  readonly source_compute?: string | undefined;
  readonly status?: string | undefined;
  readonly migration_type?: string | undefined;
  readonly user_id?: string | undefined;
  readonly project_id?: string | undefined;
  /** Last changed at or after, at or before these moments. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly marker?: string | undefined;
  readonly limit: number;
};

/** The last value of each key that is known; an empty one is no filter. */
const queryOf = (shape: z.ZodRawShape, strict: boolean) =>
  z.record(z.string(), z.array(z.string())).transform((query, context): MigrationFilter => {
    const unknown = Object.keys(query).find((name) => !Object.hasOwn(shape, name));
    if (strict && unknown !== undefined) {
      context.addIssue({
        ...{ code: 'custom', message: 'It is not known.', path: [unknown.slice(0, 100)] },
      });
      return z.NEVER;
    }
    const last = Object.fromEntries(
      Object.entries(query).flatMap(([name, values]) => {
        const value = values.at(-1);
        return value && Object.hasOwn(shape, name) ? [[name, value]] : [];
      }),
    );
    const read = All.safeParse(last);
    if (!read.success) {
      for (const { message, path } of read.error.issues) {
        context.addIssue({ code: 'custom', message, path: [...path] });
      }
      return z.NEVER;
    }
    const { 'changes-since': since, 'changes-before': until, hidden: _, ...rest } = read.data;
    if (since !== undefined && until !== undefined && since > until) {
      context.addIssue({
        ...{ code: 'custom', path: ['changes-since'] },
        message: 'It must not be later than changes-before.',
      });
      return z.NEVER;
    }
    return { ...rest, limit: rest.limit ?? maxPage, since, until };
  });

const All = z.object({ ...fields, ...paged, ...before, ...owners });

/** The queries, by the first and last microversion that takes each; unknown keys from 2.59 on: 400. */
export const migrationQueries: readonly {
  readonly from: string;
  readonly to?: string;
  readonly query: z.ZodType<MigrationFilter>;
}[] = [
  { from: '2.1', to: '2.58', query: queryOf(fields, false) },
  { from: '2.59', to: '2.65', query: queryOf({ ...fields, ...paged }, true) },
  { from: '2.66', to: '2.79', query: queryOf({ ...fields, ...paged, ...before }, true) },
  { from: '2.80', query: queryOf({ ...fields, ...paged, ...before, ...owners }, true) },
];
