/** What a monitor reports: conditions that are raised, renewed or cleared, each as one crash-safe step. */
import type { Actor } from '../domain/change.ts';
import type { ReportItem } from '../domain/conditions/observation.ts';
import type { Source } from '../domain/conditions/source.ts';
import type { Reporter } from '../domain/hosts/service-update.ts';

/** A report of a monitor: its source with the settings, its sender, and its items in their order. */
export type ConditionReport = {
  readonly source: Source;
  readonly actor: Actor;
  readonly reporter: Reporter;
  readonly items: readonly ReportItem[];
};

/**
 * What became of an item:
 * - `raised`: the condition is new, or has risen again, or now says more, such as that the host is fenced.
 * - `renewed`: it was raised before; only the time of its renewal is recorded.
 * - `cleared`: it has ended. `reason` says if its target stays down, and why.
 * - `ignored`: there was nothing to do, such as the end of a condition that was not raised.
 * - `unmatched`: Doctor does not know its target, or does not understand it. It is kept for a day.
 */
export type ItemOutcome = {
  readonly outcome: 'raised' | 'renewed' | 'cleared' | 'ignored' | 'unmatched';
  /** A sentence; null if there is nothing to say. */
  readonly reason: string | null;
  /** Null for an item that is no condition. */
  readonly condition_id: string | null;
  /** The fault that the condition opened, or that it holds open; null if there is none. */
  readonly fault_id: string | null;
};

/** Takes a report; the outcomes are in the order of the items. */
export type ReportConditions = (report: ConditionReport) => Promise<readonly ItemOutcome[]>;
