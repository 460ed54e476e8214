import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { ChangeContext } from '../../domain/alarms/alarm-change.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { AlarmScope, HistoryScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import { requireAlarmRole, visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { ChangeAlarmDeps } from '../../flows/change-alarm.ts';

/** What the routes need from outside. */
export type AlarmDeps = ChangeAlarmDeps & {
  /** By time as `reading` says, where the scope names neither an alarm nor a name. */
  readonly alarmsOf: (scope: AlarmScope, reading: TimeReading) => AsyncIterable<readonly Alarm[]>;
  /** A record of an alarm's history, read consistently. */
  readonly change: (alarm_id: string, event_id: string) => Promise<AlarmChange | undefined>;
  /** By time as `reading` says. */
  readonly changesOf: (
    scope: HistoryScope,
    reading: TimeReading,
  ) => AsyncIterable<readonly AlarmChange[]>;
  /** The limit of a project's alarms that an administrator set; undefined if none did. */
  readonly limitOf: (project_id: string) => Promise<number | undefined>;
  readonly setLimit: (project_id: string, limit: number) => Promise<void>;
  readonly clearLimit: (project_id: string) => Promise<void>;
  /** The limit of a project that has none of its own; -1 for none. */
  readonly projectQuota: number;
  readonly now: () => string;
  readonly newId: () => string;
  readonly acceptWithoutResource: boolean;
  /** ARNs of the topics that may be actions. */
  readonly actionTopics: readonly string[];
};

type Role = 'reader' | 'member';

type AlarmRequest = {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
};

/** Who changes alarms here and now. */
export const contextOf = (deps: AlarmDeps, { caller }: AlarmRequest): ChangeContext => ({
  caller,
  now: deps.now(),
  newId: deps.newId,
  acceptWithoutResource: deps.acceptWithoutResource,
  actionTopics: deps.actionTopics,
});

/** The id that the path names, for a caller with the role; else `forbidden`. */
export function alarmIdOf({ caller, params: { id = '' } }: AlarmRequest, role: Role): string {
  requireAlarmRole(caller, role);
  return id;
}

/** The alarm that the path names, for a caller with the role; else `forbidden` or `not_found`. */
export async function alarmOf(
  deps: Pick<AlarmDeps, 'alarm'>,
  request: AlarmRequest,
  role: Role,
): Promise<Alarm> {
  const id = alarmIdOf(request, role);
  return visibleAlarm(request.caller, id, await deps.alarm(id));
}
