/** The actions of a user on an alarm. */
import { call } from '../../api/client.ts';
import type { Alarm } from '../../api/openstack.ts';
import { goTo } from '../../router.ts';
import { Action } from '../../ui/actions.tsx';
import { type AlarmTest, TestButton } from './alarm-test.tsx';

export const pathOf = (id: string, rest = '') =>
  `/alarming/v2/alarms/${encodeURIComponent(id)}${rest}`;

type AlarmActionsProps = {
  readonly alarm: Alarm;
  readonly changed: () => void;
  readonly tested: (test: AlarmTest) => void;
};

export function AlarmActions({ alarm, changed, tested }: AlarmActionsProps) {
  const { alarm_id, name, enabled, state } = alarm;
  const enable = async () => {
    // Aodh's API replaces an alarm as a whole, so the alarm is read again before it, and newer
    // changes are kept.
    const now = await call<Alarm>('GET', pathOf(alarm_id));
    await call('PUT', pathOf(alarm_id), { body: { ...now, enabled: !enabled } });
    changed();
  };
  const setByHand = async () => {
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
      <TestButton alarm={alarm} sent={tested} />
      <Action
        label={state === 'alarm' ? 'Set to ok' : 'Set to alarm'}
        question="The state is set by hand, which the history records. Nobody is notified of it."
        run={setByHand}
      />
      <Action
        label="Delete"
        danger
        question={`“${name}” is deleted. Its history is kept.`}
        run={remove}
      />
    </fieldset>
  );
}
