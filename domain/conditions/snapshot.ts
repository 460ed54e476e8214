/**
 * A report that is the whole state of its source. Conditions that the source raised before and no
 * longer lists have ended.
 */
import type { Observation, ReportItem } from './observation.ts';

/** A condition that the source reported before. */
export type KnownCondition = Pick<
  Observation,
  'key' | 'target' | 'effect' | 'severity' | 'fenced'
> & {
  readonly state: 'raised' | 'cleared';
};

/**
 * A text that is the same for a condition and for each report of it, whatever the case of the
 * host's name.
 */
const nameOf = ({ target, key }: Pick<Observation, 'key' | 'target'>): string =>
  JSON.stringify([...Object.values(target).map((part) => part.toLowerCase()), key]);

/**
 * The ends of the raised conditions that the items do not mention.
 * @param known conditions of the source; those that have ended are left alone.
 */
export function endsOfUnlisted(
  items: readonly ReportItem[],
  known: readonly KnownCondition[],
): ReportItem[] {
  const listed = new Set(
    items.flatMap((item) => (item.kind === 'observation' ? [nameOf(item.observation)] : [])),
  );
  const gone = known.filter(
    (condition) => condition.state === 'raised' && !listed.has(nameOf(condition)),
  );
  return gone.map(({ key, target, effect, severity, fenced }) => ({
    kind: 'observation',
    observation: {
      key,
      target,
      effect,
      severity,
      fenced,
      status: 'cleared',
      cause: 'It is no longer listed.',
      observed_at: null,
    },
  }));
}
