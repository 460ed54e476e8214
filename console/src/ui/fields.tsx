/** Fields of forms, each with its label. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

type FieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'password';
  readonly required?: boolean;
  readonly hint?: string;
  readonly autocomplete?: string;
};

export function Field({ label, value, onInput, hint, type = 'text', ...more }: FieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      onInput(currentTarget.value),
    ...(hint && { 'aria-describedby': `${id}-hint` }),
    ...more,
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === 'password' ? <input type="password" {...shared} /> : <input {...shared} />}
      {hint && (
        <small id={`${id}-hint`} class="faint">
          {hint}
        </small>
      )}
    </div>
  );
}

/** How long a filter must stay unchanged before the list is loaded, in milliseconds. */
const restMs = 300;

/** The field of a filter. It acts when the user pauses, not at each key. */
export function RestedField({ value, onInput, ...field }: FieldProps) {
  const [text, setText] = useState(value);
  const given = useRef(value);
  useEffect(() => {
    // Takes over the value of a newly opened link. A link that the field itself has set has its
    // value already.
    if (value !== given.current) setText(value);
    given.current = value;
  }, [value]);
  useEffect(() => {
    if (text === given.current) return;
    const timer = setTimeout(() => {
      given.current = text;
      onInput(text);
    }, restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return <Field {...field} value={text} onInput={setText} />;
}

type ChoiceProps = {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** The values to choose from, and the word shown for each. */
  readonly options: readonly (readonly [string, string])[];
};

export function Choice({ label, value, onInput, options }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onInput={({ currentTarget }) => onInput(currentTarget.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The filters above a list, side by side. */
export const Filters = ({ children }: { children: ComponentChildren }) => (
  <search class="fields" aria-label="Filters">
    {children}
  </search>
);
