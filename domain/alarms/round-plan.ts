/** Divides the alarms of a round into messages, so that equal queries are asked once. */
import * as z from 'zod';
import { packed } from '../slices.ts';
import { Moment } from '../time.ts';
import { isComparison } from './periodic-alarm.ts';
import { PlannedAlarm, placePrefix, slotOf } from './periodic-index.ts';
import { queriesIn } from './periodic-parts.ts';

/** The lanes of rounds: `slow` for alarms without an answer in the last round, and for slow projects. */
export const roundLanes = ['first', 'slow'] as const;
export type RoundLane = (typeof roundLanes)[number];

/**
 * On the queues of rounds: alarms of one project. Either listed, as the index showed them when the round
 * was planned; or all alarms of one place of the index, if these are too many for a message.
 */
export const RoundMessage = z.object({
  lane: z.enum(roundLanes),
  round: z.int().min(1),
  /** When the alarms were read from the index, or earlier. Missing in messages of before the field existed. */
  planned_at: Moment.optional(),
  project_id: z.string(),
  alarms: z.array(PlannedAlarm),
  group: z.object({ slot: z.string(), prefix: z.string() }).optional(),
});
export type RoundMessage = z.infer<typeof RoundMessage>;

/** The most alarms and queries in a message. An evaluator does so many well within its time. */
export const mostInMessage = { alarms: 200, queries: 20, bytes: 150_000 };

/** A round as it is planned: its number, and the time before the alarms are read from the index. */
export type Plan = { readonly round: number; readonly planned_at: string };

/** Alarms that are in one message, because they share queries. */
type Unit = { readonly alarms: readonly PlannedAlarm[]; readonly queries: ReadonlySet<string> };

/**
 * The messages of a round for the alarms of one project. Alarms that share a query are in one message.
 * If these are too many, alarms of type `prometheus` with the same query still are: the message names
 * the place of the index where they are. Only composite alarms are then on their own.
 */
export function messagesOf(alarms: readonly PlannedAlarm[], plan: Plan): RoundMessage[] {
  const units = unitsOf(alarms).flatMap((unit) => (fits(unit) ? [unit] : parted(unit)));
  const [small, large] = [units.filter(fits), units.filter((unit) => !fits(unit))];
  const byLane = Map.groupBy(small, laneOf);
  const listed = [...byLane].flatMap(([lane, its]) =>
    packedUnits(its).map((some) => listing(lane, some, plan)),
  );
  const named = large.flatMap((unit) => {
    const [first] = unit.alarms;
    return first ? [naming(laneOf(unit), first, plan)] : [];
  });
  return [...listed, ...named];
}

/** The lane of a unit: that of its alarm whose query was last not answered. */
const laneOf = ({ alarms }: Unit): RoundLane =>
  alarms.some(({ failed_rounds }) => failed_rounds > 0) ? 'slow' : 'first';

const listing = (lane: RoundLane, units: readonly Unit[], plan: Plan): RoundMessage => {
  const alarms = units.flatMap((unit) => unit.alarms);
  return { lane, ...plan, project_id: alarms[0]?.project_id ?? '', alarms };
};

const naming = (lane: RoundLane, alarm: PlannedAlarm, plan: Plan): RoundMessage => ({
  lane,
  ...plan,
  project_id: alarm.project_id,
  alarms: [],
  group: { slot: slotOf(alarm.project_id), prefix: placePrefix(alarm) },
});

/** A query, and the project that it is limited to; null for no limit. */
export type AskedQuery = Pick<PlannedAlarm, 'scope'> & { readonly query: string };

/** The key of a query with its limit: equal queries have equal keys. */
export const askedKey = ({ scope, query }: AskedQuery): string => JSON.stringify([scope, query]);

/** The queries of an alarm, each once. */
export const askedOf = (alarm: PlannedAlarm): AskedQuery[] =>
  queriesIn(alarm).map((query) => ({ scope: alarm.scope, query }));

const keysOf = (alarm: PlannedAlarm): string[] => askedOf(alarm).map(askedKey);

/** Groups of alarms that share a query, directly or through other alarms. */
function unitsOf(alarms: readonly PlannedAlarm[]): Unit[] {
  const unitOf = new Map<string, { alarms: PlannedAlarm[]; queries: Set<string> }>();
  const units = new Set<{ alarms: PlannedAlarm[]; queries: Set<string> }>();
  for (const alarm of alarms) {
    const queries = keysOf(alarm);
    const met = [...new Set(queries.flatMap((query) => unitOf.get(query) ?? []))];
    const unit = met[0] ?? { alarms: [], queries: new Set<string>() };
    for (const other of met.slice(1)) {
      unit.alarms.push(...other.alarms);
      for (const query of other.queries) unit.queries.add(query);
      units.delete(other);
    }
    unit.alarms.push(alarm);
    for (const query of queries) unit.queries.add(query);
    for (const query of met.length > 1 ? unit.queries : queries) unitOf.set(query, unit);
    units.add(unit);
  }
  return [...units];
}

const bytesOf = ({ alarms }: Unit): number => Buffer.byteLength(JSON.stringify(alarms));

const fits = (unit: Unit): boolean =>
  unit.alarms.length <= mostInMessage.alarms &&
  unit.queries.size <= mostInMessage.queries &&
  bytesOf(unit) <= mostInMessage.bytes;

/** A unit that is too large, in smaller ones: one for each query, and one for each composite alarm. */
function parted({ alarms }: Unit): Unit[] {
  const groups = Map.groupBy(alarms, (alarm) =>
    isComparison(alarm.rule) ? placePrefix(alarm) : alarm.alarm_id,
  );
  return [...groups.values()].map((some) => ({
    alarms: some,
    queries: new Set(some.flatMap(keysOf)),
  }));
}

/** The units in messages. Units share no queries, so their numbers add up. */
function packedUnits(units: readonly Unit[]): Unit[][] {
  const share = (unit: Unit): number =>
    Math.max(
      unit.alarms.length / mostInMessage.alarms,
      unit.queries.size / mostInMessage.queries,
      bytesOf(unit) / mostInMessage.bytes,
    );
  return packed(units, { size: 1, sizeOf: share });
}
