/** The actions of a user on an alarm. */
import { call } from '../../api/client.ts';
import type { Alarm } from '../../api/openstack.ts';
import { goTo } from '../../router.ts';
import { Action } from '../../ui/actions.tsx';

export const pathOf = (id: string, rest = '') =>
  `/alarming/v2/alarms/${encodeURIComponent(id)}${rest}`;

export function AlarmActions({ alarm, changed }: { alarm: Alarm; changed: () => void }) {
  const { alarm_id, name, enabled, state } = alarm;
  const enable = async () => {
    // Aodh's API replaces an alarm as a whole, so the alarm is read again before it, and newer
    // changes are kept.
    const now = await call<Alarm>('GET', pathOf(alarm_id));
    await call('PUT', pathOf(alarm_id), { body: { ...now, enabled: !enabled } });
    changed();
  };
  const fire = async () => {
    await call('PUT', pathOf(alarm_id, '/state'), { body: state === 'alarm' ? 'ok' : 'alarm' });
    changed();
  };
  const remove = async () => {
    await call('DELETE', pathOf(alarm_id));
    goTo(['alarms']);
  };
  return (
    <fieldset class="buttons" aria-label={`Actions on ${name}`}>
      <Action label={enabled ? 'Disable' : 'Enable'} run={enable} />
      <Action
        label={state === 'alarm' ? 'Set to ok' : 'Test: set to alarm'}
        question="The state is set by hand, and is recorded in the history. Setting a state by hand runs no actions, as in Aodh."
        run={fire}
      />
      <Action
        label="Delete"
        danger
        question={`“${name}” and its history are deleted.`}
        run={remove}
      />
    </fieldset>
  );
}
