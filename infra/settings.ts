/** What an operator may choose at deploy time. */
export type ServiceSettings = {
  /** Where clients reach the API's stage; empty where each request tells (AWS). */
  publicUrl: string;
  /** The region that the service catalogue names to OpenStack clients. */
  regionName: string;
  /** False: an alarm must name a resource, by attribute or by an `eq` condition. */
  acceptAlarmsWithoutResourceId: boolean;
  /** How long after an event its safe copy follows. */
  safeLaneDelaySeconds: number;
  /** When the fan-out of a host fault is gone through again, after the report. */
  finishDelaysSeconds: readonly number[];
  evaluatorTimeoutSeconds: number;
  /** Evaluators in flight; the queue holds what is more. */
  evaluatorConcurrency: number;
  /** How long a delivered notification can be looked up; not under 15 days. */
  historyRetentionDays: number;
};

const defaults: ServiceSettings = {
  publicUrl: '',
  regionName: 'RegionOne',
  acceptAlarmsWithoutResourceId: true,
  safeLaneDelaySeconds: 5,
  finishDelaysSeconds: [5, 900],
  evaluatorTimeoutSeconds: 20,
  evaluatorConcurrency: 4,
  historyRetentionDays: 30,
};

export const withDefaults = (given: Partial<ServiceSettings> = {}): ServiceSettings => ({
  ...defaults,
  ...given,
});
