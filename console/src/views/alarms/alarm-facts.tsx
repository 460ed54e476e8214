/** The rule of an alarm, and the reason of its state. */
import type { Alarm } from '../../api/openstack.ts';
import { Facts, Section } from '../../ui/basics.tsx';

export const AlarmFacts = ({ of: alarm }: { of: Alarm }) => (
  <Section title="Rule">
    <Facts
      of={[
        ['Event type', alarm.event_rule?.event_type ?? '–'],
        [
          'Conditions',
          (alarm.event_rule?.query ?? []).map(({ field, op, value }) => (
            <code key={`${field} ${op} ${value}`} class="rule">
              {field.replace('traits.', '')} {op} {value}
            </code>
          )),
        ],
        [
          'Webhooks',
          alarm.alarm_actions.length === 0
            ? '–'
            : alarm.alarm_actions.map((url) => <code key={url}>{url}</code>),
        ],
        ['Repeats', alarm.repeat_actions ? 'at each matching event' : 'no'],
        ['Severity', alarm.severity],
      ]}
    />
    <Facts of={[[`Why it is in the state “${alarm.state}”`, alarm.state_reason || '–']]} />
  </Section>
);
