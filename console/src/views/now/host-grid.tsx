import { useState } from 'preact/hooks';
import { linkTo } from '../../links.ts';
import type { ListedHost } from '../../live/hosts-now.ts';
import { type HostState, hostStates, shapes, toneOf } from '../../ui/states.ts';

type GridProps = { readonly hosts: readonly ListedHost[] };

/** A tile for each host, with a filter by state. Hosts that need attention come first. */
export function HostGrid({ hosts }: GridProps) {
  const [only, setOnly] = useState<HostState | undefined>(undefined);
  const counts = hostStates.map((state) => ({
    state,
    count: hosts.filter((host) => host.state === state).length,
  }));
  const shown = hostStates
    .filter((state) => only === undefined || state === only)
    .flatMap((state) => hosts.filter((host) => host.state === state));
  if (hosts.length === 0) return <p class="faint">No host is registered.</p>;
  return (
    <>
      <fieldset class="filters">
        <legend class="hidden">Show only hosts in a state</legend>
        {counts.map(({ state, count }) => (
          <button
            key={state}
            type="button"
            class={`filter ${toneOf(state)}`}
            aria-pressed={only === state}
            onClick={() => setOnly(only === state ? undefined : state)}
          >
            <span aria-hidden="true">{shapes[toneOf(state)]}</span> {count} {state}
          </button>
        ))}
      </fieldset>
      <ul class="grid" aria-label="Hosts by state">
        {shown.map(({ host, state, zone }) => (
          <li key={host}>
            <a
              class={`tile ${toneOf(state)}`}
              href={linkTo(['hosts', host])}
              aria-label={`${host}, ${state}`}
              title={`${host} in ${zone}: ${state}`}
            >
              <span aria-hidden="true">{shapes[toneOf(state)]}</span> {host}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
