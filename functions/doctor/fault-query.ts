import * as z from 'zod';
import { limitUpTo, marker, once } from '../../adapters/http/query-fields.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { parseMoment } from '../../domain/time.ts';
import type { FaultFilter } from './fault-list.ts';

/** The largest page, and the size of a page without `limit`. */
const maxPage = 100;

const Time = z
  .string()
  .max(64)
  .transform((text, context) => {
    const moment = parseMoment(text);
    if (moment !== undefined) return moment;
    context.addIssue({ code: 'custom', message: 'Must be a time such as 2026-01-01T00:00:00Z.' });
    return z.NEVER;
  });

/** The query of `GET /doctor/v1/faults`; an unknown key is refused. */
export const FaultQuery = z
  .strictObject({
    status: once(z.enum(['open', 'all'])),
    host: once(HostName),
    project_id: once(z.string().min(1).max(255)),
    since: once(Time),
    until: once(Time),
    marker,
    limit: limitUpTo(maxPage),
  })
  .transform(
    ({ status = 'open', limit = maxPage, ...rest }): FaultFilter => ({
      ...rest,
      status,
      limit,
    }),
  );
