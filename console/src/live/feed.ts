/** Follows the changes feed while somebody is logged in and the page is visible. */
import { effect, signal } from '@preact/signals';
import { ApiError, ask } from '../api/client.ts';
import { session } from '../api/session.ts';
import {
  type Changed,
  changedBy,
  holdSeconds,
  isQuiet,
  pauseAfter,
  pauseAfterFailures,
} from './feed-plan.ts';

/** Whether changes arrive: `lost` while the API cannot be reached. */
export const connection = signal<'starting' | 'live' | 'lost'>('starting');

type Listener = (changed: Changed) => void;
const listeners = new Set<Listener>();

/** Calls the listener at each change. @returns what ends that. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const everything: Changed = { ids: new Map(), all: new Set(), everything: true };
const tell = (changed: Changed) => {
  for (const listener of listeners) listener(changed);
};

const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });

/** A page that is hidden asks for nothing. */
const whenVisible = (signal: AbortSignal) =>
  new Promise<void>((done) => {
    if (document.visibilityState === 'visible') return done();
    const look = () => document.visibilityState === 'visible' && done();
    document.addEventListener('visibilitychange', look, { signal });
    signal.addEventListener('abort', () => done());
  });

async function follow(signal: AbortSignal): Promise<void> {
  let cursor: string | undefined;
  let failures = 0;
  while (!signal.aborted) {
    await whenVisible(signal);
    const began = performance.now();
    try {
      const query = cursor === undefined ? {} : { since: cursor, wait: holdSeconds };
      const answer = await ask('GET /doctor/v1/changes', { query, signal });
      const resumed = failures > 0;
      const first = cursor === undefined;
      cursor = answer.cursor;
      failures = 0;
      connection.value = 'live';
      const changed = changedBy(answer);
      if (resumed) tell(everything);
      else if (!first && !isQuiet(changed)) tell(changed);
      await sleep(first ? 0 : pauseAfter(performance.now() - began), signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      failures += 1;
      if (failures > 1 || error.status === 0) connection.value = 'lost';
      await sleep(pauseAfterFailures(failures), signal);
    }
  }
}

/** Follows the feed of each session until it ends. */
export const startFeed = (): (() => void) =>
  effect(() => {
    const token = session.value?.token;
    if (token === undefined) return;
    connection.value = 'starting';
    const ended = new AbortController();
    follow(ended.signal);
    return () => ended.abort();
  });
