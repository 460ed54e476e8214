/** The rule of an alarm, and the reason of its state. */
import type { ComponentChildren } from 'preact';
import type { Alarm } from '../../api/openstack.ts';
import { Facts, Section } from '../../ui/basics.tsx';
import { actionsOf, clearedBy, raisedBy } from './rule-words.ts';

/** Lines one below the other; a dash if there are none. */
const lines = (all: readonly string[]): ComponentChildren =>
  all.length === 0
    ? '–'
    : all.map((line) => (
        <code key={line} class="rule">
          {line}
        </code>
      ));

export const AlarmFacts = ({ of: alarm }: { of: Alarm }) => (
  <Section title="Rule">
    <Facts
      of={[
        alarm.event_rule
          ? ['Event type', alarm.event_rule.event_type]
          : ['Evaluated', 'every minute'],
        ['Raised if', lines(raisedBy(alarm))],
        ['Cleared by', lines(clearedBy(alarm))],
        ...(alarm.event_rule?.timeout
          ? ([['Fires without an event for', `${alarm.event_rule.timeout} s`]] as const)
          : []),
        ['Repeats', alarm.repeat_actions ? 'at each matching event' : 'no'],
        ['Severity', alarm.severity],
        ...(alarm.time_constraints.length > 0
          ? ([
              ['Raised only during', lines(alarm.time_constraints.map(({ name }) => name))],
            ] as const)
          : []),
      ]}
    />
    <Facts
      of={[
        [`Why it is in the state “${alarm.state}”`, alarm.state_reason || '–'],
        ['Webhooks', lines(actionsOf(alarm).map(([state, action]) => `${state}: ${action}`))],
      ]}
    />
  </Section>
);
