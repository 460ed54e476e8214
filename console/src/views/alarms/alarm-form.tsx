import { useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Alarm } from '../../api/openstack.ts';
import { goTo } from '../../router.ts';
import { Problem, View } from '../../ui/basics.tsx';
import { Choice, Field } from '../../ui/fields.tsx';
import { EventFields } from './event-fields.tsx';
import { type AlarmForm, alarmBody, emptyForm } from './new-alarm.ts';
import { Preview } from './preview.tsx';

const severities = ['low', 'moderate', 'critical'] as const;

/** A form for an alarm on events. */
export function NewAlarm() {
  const [form, setForm] = useState(emptyForm);
  const [problem, setProblem] = useState('');
  const set = (changed: Partial<AlarmForm>) => setForm({ ...form, ...changed });
  const submit = async (event: Event) => {
    event.preventDefault();
    setProblem('');
    try {
      const made = await call<Alarm>('POST', '/alarming/v2/alarms', { body: alarmBody(form) });
      goTo(['alarms', made.alarm_id]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    }
  };
  return (
    <View title="New alarm">
      <form class="panel" onSubmit={submit}>
        <Field label="Name" value={form.name} onInput={(name) => set({ name })} required />
        <EventFields form={form} set={set} />
        <div class="fields">
          <Choice
            label="Severity"
            value={form.severity}
            onInput={(severity) => set({ severity })}
            options={severities.map((each) => [each, each] as const)}
          />
          <Field
            label="Webhook"
            value={form.action}
            onInput={(action) => set({ action })}
            hint="A URL that is called. Subscriptions are notified without it."
          />
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={form.repeat}
            onInput={({ currentTarget }) => set({ repeat: currentTarget.checked })}
          />{' '}
          Notify at each matching event, not only at the first
        </label>
        <Problem text={problem} />
        <button type="submit">Create alarm</button>
      </form>
      <Preview form={form} />
    </View>
  );
}
