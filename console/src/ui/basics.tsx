/** The small parts of every view. */
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { shapes, type Tone, toneOf } from './states.ts';
import { lasting, localTime, momentOf, utcTime } from './times.ts';

/** The current time, updated every ten seconds, from which ages are computed. */
const now = signal(new Date());
setInterval(() => {
  now.value = new Date();
}, 10_000);

/** A state, shown with its shape and colour. */
export function Badge({ state, tone = toneOf(state) }: { state: string; tone?: Tone }) {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{shapes[tone]}</span> {state}
    </span>
  );
}

/** A local time, with UTC as its tooltip; a dash if there is none. */
export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return <span class="faint">–</span>;
  return (
    <time dateTime={momentOf(at).toISOString()} title={utcTime(at)}>
      {localTime(at, now.value)}
    </time>
  );
}

/** How long ago something happened, or how long it has lasted, with the time as the tooltip. */
export function Age({ since }: { since: string }) {
  const age = now.value.getTime() - momentOf(since).getTime();
  return (
    <time dateTime={momentOf(since).toISOString()} title={utcTime(since)}>
      {lasting(age)}
    </time>
  );
}

/** A view: its heading is the document's title, too. */
export function View(props: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${props.title} · Doctor`;
  }, [props.title]);
  return (
    <>
      <div class="title">
        <h1>{props.title}</h1>
        {props.aside}
      </div>
      {props.children}
    </>
  );
}

/** A part of a view, with a heading. */
export function Section(props: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section aria-label={props.title} class="panel">
      <div class="title">
        <h2>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

/** An error message; nothing if the text is empty. */
export function Problem({ text }: { text: string }) {
  return text === '' ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

/**
 * The note that data is loading, until the first load has ended. @param unless The problem; if
 * there is one, the note is not shown.
 */
export const Loading = ({ unless = '' }: { unless?: string }) =>
  unless === '' ? (
    <p class="faint" role="status">
      Loading …
    </p>
  ) : null;

type BusyProps = {
  readonly of: { readonly data: unknown; readonly partial: boolean; readonly error: string };
};

/** The note beside a title that the list does not match the filters yet. */
export const Busy = ({ of: { data, partial, error } }: BusyProps) =>
  data !== undefined && partial && error === '' ? <Loading /> : null;

type LoadedProps<Data> = {
  readonly of: { readonly data: Data | undefined; readonly error: string };
  readonly children: (data: Data) => ComponentChildren;
};

/** Shows loaded data. Before it is loaded, shows that it is loading, or nothing if that failed. */
export const Loaded = <Data,>({ of: { data, error }, children }: LoadedProps<Data>) =>
  data === undefined ? <Loading unless={error} /> : children(data);

/** The short form of an id, with the whole as its tooltip. */
export const ShortId = ({ id }: { id: string }) => (
  <code title={id}>{id.length > 13 ? `${id.slice(0, 8)}…` : id}</code>
);

/** Names and values, one below the other. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
