/** A page of conditions, newest first: pages are read as needed, from the narrowest index of the query. */
import {
  type Condition,
  type ConditionState,
  placeOfCondition,
  shownState,
  targetKey,
} from '../../domain/conditions/condition.ts';
import type { ConditionEffect, ConditionTarget } from '../../domain/conditions/observation.ts';
import type { SourceRow } from '../../domain/conditions/source.ts';
import { DomainError } from '../../domain/errors.ts';

export type ConditionFilter = {
  readonly source?: string | undefined;
  readonly target?: ConditionTarget | undefined;
  readonly state?: ConditionState | undefined;
  readonly effect?: ConditionEffect | undefined;
  readonly marker?: string | undefined;
  readonly limit: number;
};

export type ConditionPages = {
  readonly condition: (condition_id: string) => Promise<Condition | undefined>;
  /** The newest page first, in any order within a page; the first page has at most `first`. */
  readonly conditionPages: (
    listing: {
      readonly index: 'byTime' | 'open' | 'bySource' | 'byTarget';
      readonly value: string;
      readonly from: string;
      readonly to: string;
    },
    first: number,
  ) => AsyncIterable<readonly Condition[]>;
  /** The rows of sources, in any order; those that no operator has set are left out. */
  readonly sourceRows: (names: readonly string[]) => Promise<readonly SourceRow[]>;
};

/** A condition as an administrator sees it. */
export type ConditionView = ReturnType<typeof viewOf>;

/** What is shown: without the number and order of changes, and with the state of now. */
const viewOf = ({ condition_id, revision, order, ...rest }: Condition, state: ConditionState) => ({
  id: condition_id,
  ...rest,
  state,
});

/** Conditions with the states of now, in the given order. */
export async function shownConditions(
  { sourceRows }: Pick<ConditionPages, 'sourceRows'>,
  rows: readonly Condition[],
  now: string,
): Promise<ConditionView[]> {
  const settings = await sourceRows([...new Set(rows.map(({ source }) => source))]);
  const stale = new Map(settings.map(({ name, stale_after }) => [name, stale_after]));
  return rows.map((row) => viewOf(row, shownState(row, stale.get(row.source) ?? null, now)));
}

/** Texts that are sorted before and after every place: places begin with a digit. */
const [first, last] = ['0', '~'];

/** A list that filters out what it reads looks at so many rows, and goes on with the next page. */
export const mostRead = 1_000;

/**
 * A page, and the marker of the next one; undefined if there are no more. It may be empty and have
 * a next one.
 */
export type ConditionPage = {
  readonly conditions: readonly ConditionView[];
  readonly next: string | undefined;
};

/**
 * A page of the conditions that the filter asks for.
 * @throws invalid if there is no condition of the marker.
 */
export async function pageOfConditions(
  deps: ConditionPages,
  filter: ConditionFilter,
  now: string,
): Promise<ConditionPage> {
  const { limit, marker } = filter;
  const before = marker === undefined ? undefined : await placeOfMarker(deps, marker);
  if (limit === 0) return { conditions: [], next: undefined };
  const found: ConditionView[] = [];
  const listing = { ...indexFor(filter), from: first, to: before ?? last };
  let read = 0;
  for await (const page of deps.conditionPages(listing, before === undefined ? limit : limit + 1)) {
    const rows = page
      .filter((row) => placeOfCondition(row) !== before)
      .sort((a, b) => (placeOfCondition(a) < placeOfCondition(b) ? 1 : -1));
    const asked = rows.filter((row) => isAsked(row, filter));
    const views = await shownConditions(deps, asked, now);
    found.push(
      ...views.filter(({ state }) => filter.state === undefined || state === filter.state),
    );
    read += page.length;
    if (found.length >= limit) {
      const conditions = found.slice(0, limit);
      return { conditions, next: conditions.at(-1)?.id };
    }
    const oldest = rows.at(-1);
    if (read >= mostRead && oldest) return { conditions: found, next: oldest.condition_id };
  }
  return { conditions: found, next: undefined };
}

const isAsked = (row: Condition, { source, target, effect }: ConditionFilter): boolean =>
  (source === undefined || row.source === source) &&
  (target === undefined || targetKey(row.target) === targetKey(target)) &&
  (effect === undefined || row.effect === effect);

function indexFor({ source, target, state }: ConditionFilter) {
  if (target !== undefined) return { index: 'byTarget', value: targetKey(target) } as const;
  if (source !== undefined) return { index: 'bySource', value: source } as const;
  return state === 'raised' || state === 'stale'
    ? ({ index: 'open', value: 'condition' } as const)
    : ({ index: 'byTime', value: 'condition' } as const);
}

async function placeOfMarker({ condition }: ConditionPages, marker: string): Promise<string> {
  const row = await condition(marker);
  if (!row) throw new DomainError('invalid', `marker [${marker}] not found`);
  return placeOfCondition(row);
}
