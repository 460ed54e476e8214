import type { ChangeContext } from '../../domain/alarms/alarm-change.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { AlarmScope, HistoryScope, TimeReading } from '../../domain/alarms/alarm-index.ts';
import { requireAlarmRole, visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { ChangeAlarmDeps } from '../../flows/change-alarm.ts';
import type { ListBounds } from './alarm-input.ts';

/** The dependencies of the routes: stores, settings, clock and ids. */
export type AlarmDeps = ChangeAlarmDeps & {
  /**
   * The alarms in scope, in pages. In the order of `reading`, unless the scope names an alarm or a
   * name.
   */
  readonly alarmsOf: (
    scope: AlarmScope,
    reading: TimeReading,
  ) => AsyncIterable<readonly AnyAlarm[]>;
  /** A record of an alarm's history, read consistently; undefined if there is none. */
  readonly change: (alarm_id: string, event_id: string) => Promise<AlarmChange | undefined>;
  /** The records in scope, in pages, in the order of `reading`. */
  readonly changesOf: (
    scope: HistoryScope,
    reading: TimeReading,
  ) => AsyncIterable<readonly AlarmChange[]>;
  /** The limit of a project's alarms that an administrator set; undefined if none did. */
  readonly limitOf: (project_id: string) => Promise<number | undefined>;
  readonly setLimit: (project_id: string, limit: number) => Promise<void>;
  readonly clearLimit: (project_id: string) => Promise<void>;
  /** The limit of a project for which none was set; -1 for no limit. */
  readonly projectQuota: number;
  /** How long the lists of an alarm may be. */
  readonly mostListed: ListBounds;
  readonly now: () => string;
  readonly newId: () => string;
  readonly acceptWithoutResource: boolean;
  /** ARNs of the topics that the operator allows as actions. */
  readonly actionTopics: readonly string[];
  /** False if the operator has set no Prometheus (the setting `prometheusUrl`). */
  readonly hasPrometheus: boolean;
};

type Role = 'reader' | 'member';

type AlarmRequest = {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
};

/** The context of a change of an alarm by this request, now. */
export const contextOf = (
  deps: AlarmDeps,
  { caller }: Pick<AlarmRequest, 'caller'>,
): ChangeContext => ({
  caller,
  now: deps.now(),
  newId: deps.newId,
  acceptWithoutResource: deps.acceptWithoutResource,
  actionTopics: deps.actionTopics,
  hasPrometheus: deps.hasPrometheus,
});

/**
 * The alarm of the id in the path.
 * @throws DomainError `forbidden` without the role; `not_found`.
 */
export async function alarmOf(
  deps: Pick<AlarmDeps, 'alarm'>,
  request: AlarmRequest,
  role: Role,
): Promise<AnyAlarm> {
  const { caller, params } = request;
  requireAlarmRole(caller, role);
  const { id = '' } = params;
  return visibleAlarm(caller, id, await deps.alarm(id));
}
