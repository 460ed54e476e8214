/** Ways in which a request to the stand-in goes wrong. */
import type { ServedRequest } from './served.ts';

export type Disturbance = {
  /** The requests that it disturbs; absent: all. */
  readonly method?: string;
  readonly path?: RegExp;
  /** How many requests it disturbs. */
  readonly times?: number;
} & (
  | {
      /** The request is not carried out and answered with this status. */
      readonly how: 'refuse';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** The request is not carried out, and its connection is closed. */
  | { readonly how: 'lose' }
  /** The request is carried out, and its connection is closed without an answer. */
  | { readonly how: 'lose-answer' }
  /** The request is carried out and answered later. */
  | { readonly how: 'delay'; readonly ms: number }
);

export type Disturbances = {
  readonly add: (disturbance: Disturbance) => void;
  /** Takes the disturbance for a request and counts it as used; undefined if there is none. */
  readonly of: (request: Pick<ServedRequest, 'method' | 'path'>) => Disturbance | undefined;
  readonly clear: () => void;
};

/** Disturbances in the order in which they were added. */
export function makeDisturbances(): Disturbances {
  let waiting: { readonly what: Disturbance; left: number }[] = [];
  return {
    add: (what) => waiting.push({ what, left: what.times ?? 1 }),
    of: ({ method, path }) => {
      const found = waiting.find(
        ({ what }) =>
          (what.method === undefined || what.method === method) &&
          (what.path === undefined || what.path.test(path)),
      );
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting = waiting.filter((each) => each !== found);
      return found.what;
    },
    clear: () => {
      waiting = [];
    },
  };
}
