/** The query of `os-simple-tenant-usage`. Source: nova `schemas/simple_tenant_usage.py`. */
import * as z from 'zod';
import { parseMoment } from '../../../domain/time.ts';
import { Limit, maxPage } from '../nova-types.ts';

/** A query of usage. */
export type UsageQuery = {
  /** The period; undefined for the time of the request. */
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly detailed: boolean;
  readonly limit: number;
  readonly marker: string | undefined;
};

/** Nova's three forms, in UTC without a zone. */
const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?| \d\d:\d\d:\d\d\.\d{1,6})$/;

/** The first value of a key; undefined if it is empty or missing. */
const first = <T>(value: z.ZodType<T, string>) =>
  z
    .array(z.string())
    .transform(([text]) => text || undefined)
    .pipe(value.optional())
    .optional();

const Time = z.string().transform((text, context) => {
  const moment = form.test(text) ? parseMoment(text) : undefined;
  if (moment !== undefined) return moment;
  context.addIssue({ code: 'custom', message: 'Must be a time such as 2026-01-01T00:00:00.' });
  return z.NEVER;
});

const Shown = z.object({ start: first(Time), end: first(Time) });
const detailed = { detailed: first(z.string()) };
const paging = {
  limit: first(Limit),
  marker: first(z.string().max(255)),
};

type Given = {
  readonly [Key in 'start' | 'end' | 'detailed' | 'marker']?: string | undefined;
} & { readonly limit?: number | undefined };

const asked = (schema: z.ZodType<Given>): z.ZodType<UsageQuery> =>
  schema.transform((given, context) => {
    const { start, end, limit = maxPage, marker } = given;
    if (start !== undefined && end !== undefined && start >= end) {
      const message = 'Invalid start time. The start time cannot occur after the end time.';
      context.addIssue({ code: 'custom', path: ['start'], message });
    }
    // As in Nova, a limit of 0 means no limit.
    const most = limit === 0 ? maxPage : limit;
    return { start, end, limit: most, marker, detailed: given.detailed === '1' };
  });

/**
 * The queries of the list and of one project, by microversion. Unknown keys are refused from 2.75
 * on.
 */
export const usageEras = [
  {
    versions: { from: '2.1', to: '2.39' },
    list: asked(Shown.extend(detailed)),
    show: asked(Shown),
  },
  {
    versions: { from: '2.40', to: '2.74' },
    list: asked(Shown.extend(detailed).extend(paging)),
    show: asked(Shown.extend(paging)),
  },
  {
    versions: { from: '2.75' },
    list: asked(Shown.extend(detailed).extend(paging).strict()),
    show: asked(Shown.extend(paging).strict()),
  },
];
