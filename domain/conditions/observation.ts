/**
 * What monitors report, in one form for all of them: a source raises or clears a condition of a target.
 * Each monitor's dialect is parsed into observations in `functions/monitors/`.
 */

/**
 * What a condition is about. A host is named by its compute host name, in any case; ports and servers
 * by their ids.
 */
export type ConditionTarget =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'port'; readonly port_id: string }
  | { readonly kind: 'server'; readonly server_id: string };

/** The severities of X.733 without `cleared`, most severe first. */
export const conditionSeverities = [
  'critical',
  'major',
  'minor',
  'warning',
  'indeterminate',
] as const;
export type ConditionSeverity = (typeof conditionSeverities)[number];

/**
 * What a raised condition does to its target:
 * - `host_down`: the host has failed.
 * - `host_unreachable`: the host may still run; its service is down and its servers keep their state.
 * - `host_data_plane`: the network beneath all ports of the host has failed.
 * - `port_data_plane`: the network beneath the port has failed.
 * - `port_status`: the port is DOWN.
 * - `server_error`: the server is in error.
 * - `none`: it is recorded and shown, and changes no state.
 */
export const conditionEffects = [
  'host_down',
  'host_unreachable',
  'host_data_plane',
  'port_data_plane',
  'port_status',
  'server_error',
  'none',
] as const;
export type ConditionEffect = (typeof conditionEffects)[number];

/**
 * The state of a target that an effect changes; `none` for none. Conditions of different states are
 * apart.
 */
export const aspectOf = (effect: ConditionEffect): string =>
  effect === 'host_down' || effect === 'host_unreachable' ? 'service' : effect;

/** One item of a monitor's report. */
export type Observation = {
  /**
   * The key of the condition within its source: 1 to 255 characters, the same for every raise, renewal
   * and clear of one condition. It holds no time.
   */
  readonly key: string;
  readonly status: 'raised' | 'cleared';
  readonly target: ConditionTarget;
  readonly effect: ConditionEffect;
  readonly severity: ConditionSeverity;
  /** A sentence for people; empty if the monitor gave none. It is cut to 1,024 characters. */
  readonly cause: string;
  /** The monitor's own time, as it was sent; null if there is none. It is shown, and orders nothing. */
  readonly observed_at: string | null;
  /**
   * The place of the report among all reports of its condition: a moment, with anything behind it. The
   * order of these texts is that of the reports. Left out where reports arrive once and in their order.
   */
  readonly order?: string | undefined;
  /**
   * True for a failure whose source never says that it ended, and reports the next one with the
   * same key: if the server has left its error meanwhile, a repeat is a new failure. Left out for
   * sources that report states.
   */
  readonly isEvent?: true;
  /** Whether the report says that the host was fenced; null leaves it to the source's setting. */
  readonly fenced: boolean | null;
};

/** An item that says nothing of a target, and why. */
export type UnmatchedReport = {
  readonly kind: 'unmatched';
  readonly reason: string;
  readonly item: unknown;
  /** The same for all repeats of the item, which may have other times and texts; left out: its JSON. */
  readonly key?: string | undefined;
};

/** One item of a monitor's report that Doctor understands, or why it does nothing with it. */
export type ReportItem =
  | { readonly kind: 'observation'; readonly observation: Observation }
  | UnmatchedReport;
