import { percentile } from '../figures.ts';
import type { Noted } from './proxy.ts';

/**
 * A request that most runs make. Equal requests of a run are distinguished by their order. The
 * times are medians, in ms from the start of the run.
 */
export type Mark = {
  readonly what: string;
  readonly began: number;
  readonly ended: number;
};

/** How to recognise the requests of a run. */
export type RunOf = {
  /** The kind of the first request of a run. */
  readonly begins: RegExp;
  /** A kind of request that every run has. */
  readonly has: RegExp;
  /** For how long after the first request others belong to the run, in ms. */
  readonly withinMs: number;
};

/**
 * The requests that runs of the same work make, with their times, the earliest first. Requests that
 * fewer than half of the runs make are left out.
 * @param noted The requests, in the order in which they began.
 */
export function timelineOf(
  noted: readonly Noted[],
  { begins, has, withinMs }: RunOf,
): readonly Mark[] {
  const runs = noted
    .filter(({ kind }) => begins.test(kind))
    .map(({ began: start }) => {
      const its = noted.filter(({ began }) => began >= start && began < start + withinMs);
      return { start, its };
    })
    .filter(({ its }) => its.some(({ kind }) => has.test(kind)));
  const times = new Map<string, { readonly began: number[]; readonly ended: number[] }>();
  for (const { start, its } of runs) {
    const seen = new Map<string, number>();
    for (const { kind, about, began, ended = began } of its) {
      const name = [kind, ...about].join(' ');
      const nth = (seen.get(name) ?? 0) + 1;
      seen.set(name, nth);
      const what = nth === 1 ? name : `${name} (${nth})`;
      const all = times.get(what) ?? { began: [], ended: [] };
      all.began.push(began - start);
      all.ended.push(ended - start);
      times.set(what, all);
    }
  }
  return [...times]
    .filter(([, { began }]) => began.length * 2 >= runs.length)
    .map(([what, { began, ended }]) => ({
      what,
      began: percentile(began, 0.5),
      ended: percentile(ended, 0.5),
    }))
    .toSorted((a, b) => a.began - b.began);
}
