/** The body and the query of `/doctor/v1/silences`. */
import * as z from 'zod';
import { MomentText } from '../../adapters/http/moment-text.ts';
import { SilenceMatchers, type SilenceRequest } from '../../domain/alarms/silence.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Caller, isAdmin, projectOf } from '../../domain/identity/access.ts';
import { text } from '../../domain/text.ts';
import { momentOf } from '../../domain/time.ts';

/** The body of `POST /doctor/v1/silences`. */
export const SilenceInput = z.strictObject({
  /** For repeats: the same id makes one silence. */
  id: z.guid().toLowerCase().optional(),
  matchers: SilenceMatchers.default({}),
  starts_at: MomentText.optional(),
  ends_at: MomentText,
  reason: text(1_000).pipe(z.string().min(1)),
});
export type SilenceInput = z.infer<typeof SilenceInput>;

const once = z.tuple([z.string()], 'It must be given once.').transform(([value]) => value);

/** The largest page, and the size of a page without `limit`. */
const maxPage = 100;

/** The query of `GET /doctor/v1/silences`; an unknown key is refused. */
export const SilenceQuery = z.strictObject({
  all_projects: once.pipe(z.enum(['true', 'false'])).optional(),
  marker: once.pipe(z.guid()).optional(),
  limit: once
    .pipe(z.string().regex(/^[1-9]\d{0,8}$/, 'Must be a positive integer.'))
    .transform((given) => Math.min(Number(given), maxPage))
    .default(maxPage),
});

/**
 * The project of a request. An administrator's silence that names hosts or projects is of several
 * projects.
 */
function ownerOf(caller: Caller, { project_id, host }: SilenceInput['matchers']): string {
  const own = projectOf(caller);
  if (isAdmin(caller)) return host || project_id ? '' : own;
  if (host) {
    throw new DomainError('forbidden', "Policy doesn't allow hosts to be silenced.");
  }
  if (project_id?.some((each) => each !== own)) {
    throw new DomainError('forbidden', "Policy doesn't allow other projects to be silenced.");
  }
  return own;
}

/**
 * The silence that is requested.
 * @throws DomainError `forbidden` for what only administrators may silence; `invalid` for times.
 */
export function silenceRequestOf(
  { matchers, starts_at, ends_at, reason }: SilenceInput,
  caller: Caller,
  { now, longestSeconds }: { readonly now: string; readonly longestSeconds: number },
): SilenceRequest {
  const project_id = ownerOf(caller, matchers);
  const start = starts_at !== undefined && starts_at > now ? starts_at : now;
  if (ends_at <= start) {
    throw new DomainError('invalid', 'ends_at: Must be later than starts_at, and in the future.');
  }
  const latest = momentOf(Date.parse(now) + longestSeconds * 1000);
  if (start > latest) {
    throw new DomainError('invalid', `starts_at: Must be ${latest} or earlier.`);
  }
  if (Date.parse(ends_at) - Date.parse(start) > longestSeconds * 1000) {
    throw new DomainError('invalid', `ends_at: A silence lasts at most ${longestSeconds} seconds.`);
  }
  return { project_id, matchers, starts_at, ends_at, reason };
}
