/** The fields of an alarm's form that choose the events at which the alarm fires. */
import { useId } from 'preact/hooks';
import { Choice, Field } from '../../ui/fields.tsx';
import { type AlarmForm, eventTypes, sourceOf, traitsOf } from './new-alarm.ts';

type EventFieldsProps = {
  readonly form: AlarmForm;
  readonly set: (changed: Partial<AlarmForm>) => void;
};

/** The fields of the event: its type, with the catalogue's description, its resource, and one trait. */
export function EventFields({ form, set }: EventFieldsProps) {
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
