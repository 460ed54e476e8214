import { render } from 'preact';
import { startFeed } from './live/feed.ts';
import './ui/theme.ts';
import { App } from './frame/app.tsx';

const root = document.getElementById('console');
if (root) {
  startFeed();
  render(<App />, root);
}
