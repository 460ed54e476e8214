/** The programs that report conditions, and what the operator has set for each. */
import * as z from 'zod';
import { DomainError } from '../errors.ts';
import { Dictionary } from '../json.ts';
import { Moment } from '../time.ts';

/**
 * The name of a source: the kind of monitor, and where there may be several of a kind a name behind a
 * slash: `masakari`, `alertmanager/prod`, `redfish/compute-1`.
 */
export const SourceName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,31}(\/[a-zA-Z0-9._-]{1,255})?$/,
    'Must be a kind of monitor (a-z, 0-9 and -), with /NAME behind it if there are several of the kind.',
  );

/** What the end of a condition does to the host that it holds down. */
export const clearRules = ['auto', 'hold', 'unset'] as const;
export type ClearRule = (typeof clearRules)[number];

/** What an operator sets for a source. */
export const SourceSettings = z.object({
  /**
   * `auto`: a host is up again when its conditions have ended. `hold`: it stays down until an
   * administrator ends it. `unset`: `hold` for a condition that reported its host as fenced, else `auto`.
   */
  clear: z.enum(clearRules),
  /** Whether each host that the source reports down counts as fenced, unless a report says otherwise. */
  fenced: z.boolean(),
  /** Seconds after the last raise or renewal of a condition from which it is shown as stale; null: never. */
  stale_after: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .nullable(),
  /** How the dialect of the source maps its reports; each dialect checks its own. Empty: its default. */
  mapping: Dictionary,
  /**
   * The ids of the users that may report as this source; empty: every user that may report. An application
   * credential is of its user. On the queue of reports they are ids of AWS principals.
   */
  reporters: z.array(z.string().min(1).max(255)).max(100),
});
export type SourceSettings = z.infer<typeof SourceSettings>;

/** A source with its settings: what a dialect's parser and the flow get. */
export type Source = SourceSettings & { readonly name: string };

/** The row of a source that an operator has set. */
export const SourceRow = SourceSettings.extend({
  name: SourceName,
  /** Missing in rows written before reporters could be set; read as empty. */
  reporters: SourceSettings.shape.reporters.default([]),
  updated_at: Moment,
  updated_by: z.object({ user_id: z.string(), user_name: z.string() }),
});
export type SourceRow = z.infer<typeof SourceRow>;

/** The settings of a source that no operator has set. */
export const defaultSettings: SourceSettings = {
  clear: 'unset',
  fenced: false,
  stale_after: null,
  mapping: {},
  reporters: [],
};

/** The source of a name, with its settings, or the default ones if it has no row. */
export const sourceOf = (name: string, row: SourceRow | undefined): Source => {
  const { clear, fenced, stale_after, mapping, reporters } = row ?? defaultSettings;
  return { name, clear, fenced, stale_after, mapping, reporters };
};

/**
 * @throws DomainError `forbidden`, which names the field, if the source has reporters and this is
 * not one of them.
 */
export function requireReporter(
  { name, reporters }: Pick<Source, 'name' | 'reporters'>,
  reporter: string,
): void {
  if (reporters.length === 0 || reporters.includes(reporter)) return;
  throw new DomainError(
    'forbidden',
    `reporters: ${reporter} may not report as the source ${name}.`,
  );
}
