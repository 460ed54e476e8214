import * as z from 'zod';
import { MomentText } from '../../adapters/http/moment-text.ts';
import { limitUpTo, marker, once } from '../../adapters/http/query-fields.ts';
import { HostName } from '../../domain/hosts/host.ts';
import type { FaultFilter } from './fault-list.ts';

/** The largest page, and the size of a page without `limit`. */
const maxPage = 100;

/** The query of `GET /doctor/v1/faults`; an unknown key is refused. */
export const FaultQuery = z
  .strictObject({
    status: once(z.enum(['open', 'all'])),
    host: once(HostName),
    project_id: once(z.string().min(1).max(255)),
    since: once(MomentText),
    until: once(MomentText),
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
