/**
 * What a condition does to its host. The host is down while one of its conditions or an administrator
 * holds it down. Decision: docs/adr/0035.
 */
import { standingFault } from '../hosts/fault.ts';
import { type Holder, holdersOf, noRoomFor, withHolder, withoutHolder } from '../hosts/holders.ts';
import type { Host } from '../hosts/host.ts';
import { type HostReport, heldHost } from '../hosts/service-update.ts';
import {
  type Condition,
  cleared,
  idOfCondition,
  type MonitorReport,
  raised,
  renewed,
  saysNothingNew,
} from './condition.ts';
import type { Observation } from './observation.ts';
import type { ClearRule, Source } from './source.ts';

/** What a report changes: the condition's row, and with `report` the host's row and its fault. */
export type ConditionStep =
  | {
      readonly kind: 'raised' | 'renewed' | 'cleared';
      readonly condition: Condition;
      readonly report?: HostReport | undefined;
      readonly reason: string | null;
      /** Whether the condition's row says the same already, so that nothing is written. */
      readonly written?: boolean;
    }
  | { readonly kind: 'ignored'; readonly reason: string };

type Found = {
  readonly host: Host;
  /** The condition's row as it was read; undefined if there is none. */
  readonly before: Condition | undefined;
};

/** Whether a report says that its host was fenced: by itself, or by the setting of its source. */
export const isFenced = (
  { effect, fenced }: Pick<Observation, 'effect' | 'fenced'>,
  source: Pick<Source, 'fenced'>,
): boolean => fenced ?? (effect === 'host_down' && source.fenced);

/** The step of a repeated raise: the row is written only if the raise has new information. */
export function renewal(
  before: Condition,
  observation: Observation,
  { source, by }: { readonly source: Source; readonly by: MonitorReport },
): Extract<ConditionStep, { readonly condition: Condition }> {
  const condition = renewed(before, observation, by);
  const written = saysNothingNew(before, condition, source.stale_after);
  return { kind: 'renewed', condition, reason: null, written };
}

/**
 * A raise of a condition that holds its host down. A repeated raise is only renewed, unless the host's
 * row does not have it: then the host was deleted since, and registered again.
 */
export function raiseOnHost(
  { host, before }: Found,
  observation: Observation,
  { source, by }: { readonly source: Source; readonly by: MonitorReport },
): ConditionStep {
  const condition_id = idOfCondition(source.name, observation);
  const holders = holdersOf(host);
  const known = holders.find((holder) => holder.condition_id === condition_id);
  const fenced = isFenced(observation, source);
  const holder = { condition_id, source: source.name, fenced, cleared: false };
  const refusal = known ? undefined : noRoomFor(holders, holder);
  if (refusal) return { kind: 'ignored', reason: refusal };
  const report = heldHost(host, withHolder(holders, holder), by);
  if (!report && before?.state === 'raised') {
    return renewal(before, observation, { source, by });
  }
  const after = report?.host ?? host;
  const condition = raised(before, observation, by, {
    fenced: fenced || known?.fenced === true,
    fault_id: standingFault(after)?.fault_id ?? null,
    target: { kind: 'host', host: host.host },
  });
  return { kind: 'raised', condition, report, reason: null };
}

/** Why a host stays down after a condition has ended. */
const staysDown = {
  hold: 'The host stays down until an administrator ends it, as the source says of its conditions.',
  fenced: 'The host stays down until an administrator ends it, because its servers were stopped.',
  stuck:
    'The host stays down until its compute service was restarted, because servers were evacuated from it.',
} as const;

/** The rule for one condition of a source. */
function ruleFor(rule: ClearRule, { fenced }: Holder): keyof typeof staysDown | undefined {
  if (rule === 'unset') return fenced ? 'fenced' : undefined;
  return rule === 'hold' ? 'hold' : undefined;
}

/**
 * The end of a condition, as its source reports it.
 * @param host undefined if it is gone: then only the condition ends. @param stuck whether the host may
 * not be up again, because servers were evacuated from it.
 */
export function clearOnHost(
  host: Host | undefined,
  before: Condition,
  {
    source,
    by,
    stuck,
    order,
  }: {
    readonly source: Source;
    readonly by: MonitorReport;
    readonly stuck: boolean;
    /** The `order` of the report of its end. */
    readonly order?: string | undefined;
  },
): ConditionStep {
  const holders = host ? holdersOf(host) : [];
  const holder = holders.find(({ condition_id }) => condition_id === before.condition_id);
  const bySource = 'Its source has cleared it.';
  if (!host || !holder) {
    const condition = cleared(before, by, { held: false, reason: bySource, order });
    return { kind: 'cleared', condition, reason: null };
  }
  const last = holders.length === 1;
  const why = ruleFor(source.clear, holder) ?? (last && stuck ? 'stuck' : undefined);
  const left = why
    ? withHolder(holders, { ...holder, cleared: true })
    : withoutHolder(holders, holder.condition_id);
  const condition = cleared(before, by, { held: why !== undefined, reason: bySource, order });
  return {
    kind: 'cleared',
    condition,
    report: heldHost(host, left, by),
    reason: why ? staysDown[why] : null,
  };
}

/**
 * The end of a condition by an administrator. The host is no longer held by it, whatever the rule
 * of its source.
 */
export function endOnHost(
  host: Host | undefined,
  before: Condition,
  by: MonitorReport & { readonly reason: string },
): ConditionStep {
  const condition = cleared(before, by, { held: false, reason: by.reason });
  const holders = host ? holdersOf(host) : [];
  const report = host && heldHost(host, withoutHolder(holders, before.condition_id), by);
  return { kind: 'cleared', condition, report, reason: null };
}
