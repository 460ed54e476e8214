import { useId, useState } from 'preact/hooks';
import { ApiError, call } from '../../api/client.ts';
import type { Alarm } from '../../api/openstack.ts';
import { goTo } from '../../router.ts';
import { Problem, View } from '../../ui/basics.tsx';
import { Choice, Field } from '../../ui/fields.tsx';
import {
  type AlarmForm,
  alarmBody,
  emptyForm,
  eventTypes,
  sourceOf,
  traitsOf,
} from './new-alarm.ts';
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

type EventFieldsProps = {
  readonly form: AlarmForm;
  readonly set: (changed: Partial<AlarmForm>) => void;
};

/** The event: its type, with what the catalogue knows of it, its resource, and one trait. */
function EventFields({ form, set }: EventFieldsProps) {
  const id = useId();
  return (
    <>
      <div class="field">
        <label for={id}>Event type</label>
        <input
          id={id}
          list={`${id}-types`}
          value={form.eventType}
          required
          onInput={({ currentTarget }) => set({ eventType: currentTarget.value })}
          aria-describedby={`${id}-source`}
        />
        <datalist id={`${id}-types`}>
          {eventTypes.map((type) => (
            <option key={type} value={type} />
          ))}
        </datalist>
        <small id={`${id}-source`} class="faint">
          {sourceOf(form.eventType) || 'The catalogue does not know this type.'}
        </small>
      </div>
      <Field
        label="Resource id"
        value={form.resource}
        onInput={(resource) => set({ resource })}
        hint="The server or port. Empty: all of the project."
      />
      <div class="fields">
        <Choice
          label="Trait"
          value={form.trait}
          onInput={(trait) => set({ trait })}
          options={[['', 'none'], ...traitsOf(form.eventType).map((each) => [each, each] as const)]}
        />
        <Field label="Value" value={form.value} onInput={(value) => set({ value })} />
      </div>
    </>
  );
}
