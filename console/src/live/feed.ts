/** Follows the changes feed while a user is logged in and the page is visible. */
import { effect, signal } from '@preact/signals';
import { ApiError, call } from '../api/client.ts';
import { session } from '../api/session.ts';
import type { FeedAnswer } from './feed-plan.ts';
import { follow } from './follow.ts';
import { makeLoads } from './loads.ts';

/** Whether changes arrive: `lost` while the API cannot be reached. */
export const connection = signal<'starting' | 'live' | 'lost'>('starting');

/** What the page shows. */
export const loads = makeLoads();

const sleep = (ms: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });

/** A hidden page sends no requests. */
const whenVisible = (signal: AbortSignal) =>
  new Promise<void>((done) => {
    if (document.visibilityState === 'visible') return done();
    const look = () => document.visibilityState === 'visible' && done();
    document.addEventListener('visibilitychange', look, { signal });
    signal.addEventListener('abort', () => done());
  });

/** Follows the feed of each session until it ends. */
export const startFeed = (): (() => void) =>
  effect(() => {
    const token = session.value?.token;
    if (token === undefined) return;
    connection.value = 'starting';
    const end = new AbortController();
    const { signal } = end;
    follow({
      loads,
      ask: async (body) => {
        try {
          return await call<FeedAnswer>('POST', '/doctor/v1/changes', { body, signal });
        } catch (error) {
          if (!(error instanceof ApiError) && !signal.aborted) throw error;
          return error instanceof ApiError && error.status > 0 ? 'refused' : 'offline';
        }
      },
      show: (state) => {
        connection.value = state;
      },
      visible: () => whenVisible(signal),
      sleep: (ms) => (ms > 0 ? sleep(ms, signal) : Promise.resolve()),
      now: () => performance.now(),
      ended: () => signal.aborted,
    });
    return () => end.abort();
  });
