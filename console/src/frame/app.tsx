/** The frame of all views: header, navigation, and the view that the link names. */
import { useEffect, useRef } from 'preact/hooks';
import { isOperator, session } from '../api/session.ts';
import { linkTo } from '../links.ts';
import { place } from '../router.ts';
import { View } from '../ui/basics.tsx';
import { Header } from './header.tsx';
import { Login } from './login.tsx';
import { viewsFor } from './views.tsx';

export function App() {
  return session.value ? <Inside /> : <Login />;
}

function Inside() {
  const { path } = place.value;
  const [first = ''] = path;
  const views = viewsFor(isOperator.value);
  const found = views.find(({ name }) => name === first) ?? (first === '' ? views[0] : undefined);
  const main = useRef<HTMLElement>(null);
  const link = path.join('/');
  useEffect(() => {
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [link]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header views={views} current={found?.within ?? found?.name ?? ''} />
      <main id="main" ref={main} tabIndex={-1}>
        {found ? <found.Show key={link} path={path.slice(1)} /> : <NotFound />}
      </main>
    </>
  );
}

const NotFound = () => (
  <View title="Not found">
    <p>
      There is no such view. <a href={linkTo([])}>Go to the first one.</a>
    </p>
  </View>
);
