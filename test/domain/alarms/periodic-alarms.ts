/** Periodic alarms for tests. */
import type {
  CompositeRule,
  PeriodicAlarm,
  PrometheusRule,
} from '../../../domain/alarms/periodic-alarm.ts';
import type { PlannedAlarm } from '../../../domain/alarms/periodic-index.ts';
import type { Findings, QueryAnswer } from '../../../domain/alarms/round-outcome.ts';

const common: Omit<PeriodicAlarm, 'type' | 'rule'> = {
  name: 'n',
  description: 'd',
  enabled: true,
  ok_actions: [],
  alarm_actions: [],
  insufficient_data_actions: [],
  repeat_actions: false,
  time_constraints: [],
  project_id: 'a',
  user_id: 'u',
  severity: 'low',
  alarm_id: '00000000-0000-4000-8000-000000000001',
  revision: 1,
  state: 'insufficient data',
  state_reason: 'Not evaluated yet',
  state_timestamp: '2026-01-01T00:00:00.000Z',
  timestamp: '2026-01-01T00:00:00.000Z',
  created_at: '2026-01-01T00:00:00.000Z',
  transitions: {},
  scope: 'a',
  failed_rounds: 0,
  last_round: 0,
};

type Given = Partial<Omit<PeriodicAlarm, 'type' | 'rule'>>;

/** An alarm of project `a` that is raised while `up` is 0, as stored. */
export const prometheusAlarm = (
  given: Given = {},
  rule: Partial<PrometheusRule> = {},
): PeriodicAlarm => ({
  ...common,
  ...given,
  type: 'prometheus',
  rule: { query: 'up', comparison_operator: 'eq', threshold: 0, ...rule },
});

/** A composite alarm of project `a`, as stored. */
export const compositeAlarm = (rule: CompositeRule, given: Given = {}): PeriodicAlarm => ({
  ...common,
  ...given,
  type: 'composite',
  rule,
});

/** The alarm as the index shows it. */
export const plannedOf = (alarm: PeriodicAlarm): PlannedAlarm => alarm;

/** Values as Prometheus answers them. */
export const values = (...given: number[]): QueryAnswer => ({ kind: 'values', values: given });

/**
 * What a round knows: the same answer to each query, unless an answer for the query is given, and
 * states of alarms by id.
 */
export const findings = (
  answer: QueryAnswer,
  {
    byQuery = {},
    states = {},
  }: {
    byQuery?: Record<string, QueryAnswer>;
    states?: Record<string, 'ok' | 'alarm' | 'insufficient data'>;
  } = {},
): Findings => ({
  answerTo: (query) => byQuery[query] ?? answer,
  stateOf: (id) => states[id],
});
