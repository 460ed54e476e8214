/** Which part of the indexes of alarms and of their history a list reads, and in which order. */
import type { AnyAlarm } from './periodic-alarm.ts';

/**
 * The sort key of an alarm in every index: the time of its last change by a request, then its id.
 */
export const alarmSortKey = ({ timestamp, alarm_id }: AnyAlarm): string =>
  `${timestamp}#${alarm_id}`;

/**
 * Which alarms are read for a list. Each field that is given narrows it; without any, all alarms.
 */
export type AlarmScope = {
  /** Undefined for all projects. Empty for alarms on infrastructure. */
  readonly project_id?: string;
  readonly name?: string;
  readonly alarm_id?: string;
};

/** Which records of the history are read. `from` and `to` are moments, both included. */
export type HistoryScope = {
  readonly alarm_id?: string;
  /** Undefined for the records of all projects. */
  readonly on_behalf_of?: string;
  readonly from?: string;
  readonly to?: string;
};

/** How an index that is ordered by time is read. */
export type TimeReading = {
  readonly oldestFirst?: boolean;
  /** The sort key after which to begin; undefined to begin at the first row. */
  readonly after?: string;
  /** The size of the first page; undefined to read all rows. */
  readonly first?: number | undefined;
};
