import { useEffect, useRef, useState } from 'preact/hooks';
import { logout } from '../api/login.ts';
import { session } from '../api/session.ts';
import { linkTo } from '../links.ts';
import { connection } from '../live/feed.ts';
import { goTo, place } from '../router.ts';
import { theme, toggleTheme } from '../ui/theme.ts';
import type { ViewEntry } from './views.tsx';

type HeaderProps = { readonly views: readonly ViewEntry[]; readonly current: string };

export function Header({ views, current }: HeaderProps) {
  const who = session.value;
  const nav = useRef<HTMLElement>(null);
  // Scrolls the navigation to the current view: on a phone it is wider than the screen.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <header>
      <div class="bar">
        <a class="brand" href={linkTo([])}>
          Doctor
        </a>
        <Search />
        <Connection />
        <button type="button" class="quiet" onClick={toggleTheme}>
          {theme.value === 'dark' ? 'Light' : 'Dark'}
        </button>
        <span class="who">
          {who?.user}
          <span class="faint"> in {who?.project}</span>
        </span>
        <button type="button" class="quiet" onClick={logout}>
          Log out
        </button>
      </div>
      <nav aria-label="Views" ref={nav}>
        {views
          .filter(({ title }) => title !== undefined)
          .map(({ name, title }) => (
            <a
              key={name}
              href={linkTo([name])}
              aria-current={name === current ? 'page' : undefined}
            >
              {title}
            </a>
          ))}
      </nav>
    </header>
  );
}

/** Shows whether changes arrive by themselves. */
function Connection() {
  const words = {
    starting: '◐ Connecting',
    live: '● Live',
    lost: '▲ Connection lost, trying again',
  };
  const why = connection.value === 'lost' ? 'Changes do not arrive. Doctor is asked again.' : '';
  return (
    <span title={why} class={`connection ${connection.value}`} role="status">
      {words[connection.value]}
    </span>
  );
}

function Search() {
  const { path } = place.value;
  const searched = path[0] === 'search' ? path.slice(1).join(' ') : '';
  const [words, setWords] = useState(searched);
  // The search words of the opened link. They are cleared when another view is shown.
  useEffect(() => setWords(searched), [searched]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (words.trim() !== '') goTo(['search', words.trim()]);
  };
  return (
    <search>
      <form onSubmit={submit}>
        <input
          type="search"
          aria-label="Search names and ids"
          placeholder="Name or id"
          value={words}
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
      </form>
    </search>
  );
}
