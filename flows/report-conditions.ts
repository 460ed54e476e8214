/** What a monitor reports: conditions that are raised, renewed or cleared, each as one crash-safe step. */
import pMap from 'p-map';
import type { Actor } from '../domain/change.ts';
import { type Condition, idOfCondition, targetKey } from '../domain/conditions/condition.ts';
import type { ConditionStep } from '../domain/conditions/host-condition.ts';
import { aspectOf, type Observation, type ReportItem } from '../domain/conditions/observation.ts';
import type { Source } from '../domain/conditions/source.ts';
import { type Unmatched, unmatchedItem } from '../domain/conditions/unmatched.ts';
import type { Reporter } from '../domain/hosts/service-update.ts';
import {
  type ReportFrom,
  type ReportOnHostDeps,
  reportOnHost,
  type Unknown,
} from './report-on-host.ts';
import { type ReportOnTargetDeps, reportOnTarget } from './report-on-target.ts';
import { type ReportRows, type ReportRowsDeps, reportRows, withRows } from './report-rows.ts';

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
  /** The fault that the condition opened, or that stood when it was raised; null if there is none. */
  readonly fault_id: string | null;
};

/** Takes a report; the outcomes are in the order of the items. */
export type ReportConditions = (report: ConditionReport) => Promise<readonly ItemOutcome[]>;

export type ReportConditionsDeps = ReportOnHostDeps &
  ReportOnTargetDeps &
  ReportRowsDeps & {
    /** Keeps items that matched nothing, as many as fit into the hour of their source. */
    readonly keepUnmatched: (items: readonly Unmatched[]) => Promise<void>;
  };

/** What became of an observation: a step, or why its target is not known. */
export type Reported = ConditionStep | Unknown;

/** Targets whose observations are handled at once. */
const targetsAtOnce = 20;

/**
 * Takes a report. The rows of several observations are read together. Observations of one target
 * are handled in their order, several targets at once. Each is one transaction; what follows from
 * it is done by the fault-finisher if the process dies.
 * @throws the first error of a target, after all others are done: the monitor sends the whole report again,
 * and what was done is then only renewed.
 */
export async function reportConditions(
  deps: ReportConditionsDeps,
  { source, actor, reporter, items }: ConditionReport,
): Promise<readonly ItemOutcome[]> {
  const by = { actor, reporter, source: source.name };
  const outcomes: ItemOutcome[] = items.map((item) => ({
    outcome: 'unmatched',
    reason: item.kind === 'unmatched' ? item.reason : null,
    condition_id: null,
    fault_id: null,
  }));
  const observed = items.flatMap((item, place) =>
    item.kind === 'observation' ? [{ place, observation: item.observation }] : [],
  );
  const targets = Map.groupBy(observed, ({ observation }) => targetKey(observation.target));
  const rows = await rowsOf(
    deps,
    observed.map(({ observation }) => observation),
    source.name,
  );
  await pMap(
    targets.values(),
    async (group) => {
      const near = rows ? withRows(deps, rows) : deps;
      for (const { place, observation } of group) {
        const reported = await report(near, observation, { source, by });
        outcomes[place] = outcomeOf(reported, idOfCondition(source.name, observation));
      }
    },
    { concurrency: targetsAtOnce, stopOnError: false },
  );
  await keep(deps, items, outcomes, by);
  return outcomes;
}

/**
 * The rows of several observations; undefined for one, whose rows are read while the instances of
 * its host are looked up. If a row cannot be read, each target reads its own, so that only the
 * targets of such a row fail.
 */
async function rowsOf(
  deps: ReportConditionsDeps,
  observations: readonly Observation[],
  source: string,
): Promise<ReportRows | undefined> {
  if (observations.length < 2) return undefined;
  try {
    return await reportRows(deps, observations, source);
  } catch (error) {
    deps.interrupted('rows of a report', error);
    return undefined;
  }
}

/** One observation, by what it says of its target. */
async function report(
  deps: ReportConditionsDeps,
  observation: Observation,
  from: ReportFrom,
): Promise<Reported> {
  const { target, effect } = observation;
  return target.kind === 'host' && aspectOf(effect) === 'service'
    ? reportOnHost(deps, observation, target.host, from)
    : reportOnTarget(deps, observation, from);
}

function outcomeOf(reported: Reported, condition_id: string): ItemOutcome {
  const condition: Condition | undefined = 'condition' in reported ? reported.condition : undefined;
  return {
    outcome: reported.kind,
    reason: reported.reason,
    condition_id: reported.kind === 'unmatched' ? null : condition_id,
    fault_id: condition?.fault_id ?? null,
  };
}

/** So many items of a report that matched nothing are looked at: fewer than that are kept. */
const mostUnmatched = 1_000;

/** Keeps what matched nothing. A failure is logged: the report itself is stored. */
async function keep(
  deps: ReportConditionsDeps,
  items: readonly ReportItem[],
  outcomes: readonly ItemOutcome[],
  { actor, reporter, source }: ReportFrom['by'],
): Promise<void> {
  const from = { source, at: actor.at, reported_by: reporter, request_id: actor.request_id };
  const unmatched = new Map<string, Unmatched>();
  const places = outcomes.flatMap(({ outcome }, place) => (outcome === 'unmatched' ? [place] : []));
  for (const place of places.slice(0, mostUnmatched)) {
    const [item, reason] = [items[place], outcomes[place]?.reason];
    if (!item) continue;
    const sent =
      item.kind === 'unmatched'
        ? item
        : { item: item.observation, key: idOfCondition(source, item.observation) };
    const row = unmatchedItem({ ...sent, reason: reason ?? '' }, from);
    unmatched.set(row.unmatched_id, row);
  }
  if (unmatched.size === 0) return;
  try {
    await deps.keepUnmatched([...unmatched.values()]);
  } catch (error) {
    deps.interrupted('items that matched nothing', error);
  }
}
