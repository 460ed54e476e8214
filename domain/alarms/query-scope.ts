/** Whose series the queries of an alarm read, and which queries an alarm may have. */
import { isEqual } from 'es-toolkit';
import { DomainError } from '../errors.ts';
import { type Caller, isAdmin, projectOf } from '../identity/access.ts';
import { type AnyAlarm, isPeriodic, type PeriodicFacts } from './periodic-alarm.ts';
import { queriesIn } from './periodic-parts.ts';
import { whyUnscoped } from './scoped-query.ts';

/**
 * The project that the queries are limited to, or null. Those of an administrator are unlimited, unless
 * the alarm is another project's. As long as the rule stays, so does the limit: it is that of the
 * caller who wrote the rule. Source: aodh `alarm_rules/prometheus.py`.
 */
export function queryScopeOf(
  caller: Caller,
  { rule, project_id }: Pick<PeriodicFacts, 'rule' | 'project_id'>,
  stored?: AnyAlarm,
): string | null {
  if (stored && keepsRule(stored, { rule, project_id })) return stored.scope;
  const isUnlimited = isAdmin(caller) && [projectOf(caller), ''].includes(project_id);
  return isUnlimited ? null : project_id;
}

type RuleOfProject = Pick<PeriodicFacts, 'rule' | 'project_id'>;

/** Whether the alarm had the rule already, for the same project. */
const keepsRule = (
  stored: AnyAlarm,
  { rule, project_id }: RuleOfProject,
): stored is Extract<AnyAlarm, { readonly scope: unknown }> =>
  isPeriodic(stored) && stored.project_id === project_id && isEqual(stored.rule, rule);

/** What the queries of an alarm are checked against. */
export type QueryRules = {
  /** False if the operator has set no Prometheus. */
  readonly hasPrometheus: boolean;
  readonly stored?: AnyAlarm | undefined;
};

/**
 * Checks the queries of an alarm. A rule that the alarm has already is not checked again.
 * @throws DomainError `invalid` if there is no Prometheus, or if a query cannot be limited to its project.
 */
export function requireQueries(
  facts: PeriodicFacts,
  scope: string | null,
  { hasPrometheus, stored }: QueryRules,
): void {
  const queries = queriesIn(facts);
  if (queries.length === 0 || (stored && keepsRule(stored, facts))) return;
  if (!hasPrometheus) {
    throw new DomainError(
      'invalid',
      `Invalid input for field/attribute ${facts.type}_rule. This service has no Prometheus that could be queried.`,
    );
  }
  if (scope === null) return;
  for (const query of queries) {
    const why = whyUnscoped(query);
    if (why !== undefined) {
      throw new DomainError(
        'invalid',
        `Invalid input for field/attribute query. Value: '${query.slice(0, 100)}'. The query cannot be limited to the project: it ${why}.`,
      );
    }
  }
}
