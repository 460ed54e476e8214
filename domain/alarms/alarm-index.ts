/** What of the indexes of alarms and of their history is read, and in which order. */
import type { Alarm } from './alarm.ts';

/** The order in which alarms are shown: by the last change that somebody made. */
export const alarmSortKey = ({ timestamp, alarm_id }: Alarm): string => `${timestamp}#${alarm_id}`;

/** Which alarms have to be read for a list: those of one project or of all, of one name or of any. */
export type AlarmScope = {
  /** Undefined for all projects. */
  readonly project_id?: string;
  readonly name?: string;
  readonly alarm_id?: string;
};

/** Which records have to be read; those between two moments, both included, where there are such. */
export type HistoryScope = {
  readonly alarm_id?: string;
  /** Undefined for the records of all projects. */
  readonly on_behalf_of?: string;
  readonly from?: string;
  readonly to?: string;
};
/** How an index that is ordered by time is to be read. */
export type TimeReading = {
  readonly oldestFirst?: boolean;
  /** The sort key behind which to begin. */
  readonly after?: string;
  /** How many rows are wanted at first; all of them if undefined. */
  readonly first?: number | undefined;
};
