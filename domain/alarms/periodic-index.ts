/**
 * The index `periodic`: the enabled alarms that are evaluated every minute, in slots of projects. Event
 * alarms have none of its keys.
 */
import * as z from 'zod';
import { queryKey } from '../ids.ts';
import { PeriodicAlarm } from './periodic-alarm.ts';
import { queriesIn } from './periodic-parts.ts';

/** The number of partitions of the index. A project's alarms are in one, so a round reads them in one row. */
export const periodicSlots = 8;

const slotName = (slot: number): string => `periodic#${slot}`;

/** The names of all partitions. */
export const allSlots: readonly string[] = Array.from({ length: periodicSlots }, (_, n) =>
  slotName(n),
);

/** The keys of the index. */
export type PeriodicKeys = {
  readonly periodic_slot: string;
  /**
   * A digest of the project, a digest of the queries, and the id: alarms with equal queries are
   * neighbours.
   */
  readonly periodic_place: string;
};

/** The part of an alarm that a round plans with: what the index holds of it. */
const plannedFields = {
  alarm_id: true,
  project_id: true,
  rule: true,
  scope: true,
  state: true,
  repeat_actions: true,
  failed_rounds: true,
  last_round: true,
} as const;

/** An alarm as the index shows it. It may be older than its row. */
export const PlannedAlarm = z.discriminatedUnion('type', [
  PeriodicAlarm.options[0].pick({ ...plannedFields, type: true }),
  PeriodicAlarm.options[1].pick({ ...plannedFields, type: true }),
]);
export type PlannedAlarm = z.infer<typeof PlannedAlarm>;

/** The attributes that the index holds besides its keys. */
export const indexedAttributes: readonly string[] = ['type', ...Object.keys(plannedFields)];

/** What comes before the places of the alarms that have these queries for this project and scope. */
export const placePrefix = (alarm: Pick<PlannedAlarm, 'project_id' | 'scope' | 'type' | 'rule'>) =>
  `${queryKey(alarm.project_id)}#${queryKey(alarm.scope ?? '', ...queriesIn(alarm))}#`;

/** The keys of an enabled alarm in the index. */
export const periodicKeysOf = (alarm: PlannedAlarm): PeriodicKeys => ({
  periodic_slot: slotOf(alarm.project_id),
  periodic_place: `${placePrefix(alarm)}${alarm.alarm_id}`,
});

/** The partition of a project. */
export const slotOf = (project_id: string): string =>
  slotName(Number.parseInt(queryKey(project_id).slice(0, 8), 16) % periodicSlots);
