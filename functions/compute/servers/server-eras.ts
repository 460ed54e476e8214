/** The filters and sort keys of a list of servers, by microversion. */

import type { laterFilters } from './server-filter.ts';

type LaterKey = keyof typeof laterFilters;

/** A range of microversions whose queries of servers are alike. Without `to` it has no end. */
export type QueryEra = {
  readonly from: string;
  readonly to?: string;
  /** Its filters among `laterFilters`. */
  readonly later: readonly LaterKey[];
  /** Whether `locked` is a sort key. */
  readonly locked: boolean;
  /** Whether unknown keys are refused. */
  readonly strict: boolean;
};

const first: LaterKey[] = ['changes-since'];

const withTags: LaterKey[] = [...first, 'tags', 'tags-any', 'not-tags', 'not-tags-any'];

const withBefore: LaterKey[] = [...withTags, 'changes-before'];

const withLocked: LaterKey[] = [...withBefore, 'locked'];

/** Every era, in order. Source: nova `api/openstack/compute/schemas/servers.py`. */
export const queryEras: readonly QueryEra[] = [
  { from: '2.1', to: '2.25', later: first, locked: false, strict: false },
  { from: '2.26', to: '2.65', later: withTags, locked: false, strict: false },
  { from: '2.66', to: '2.72', later: withBefore, locked: false, strict: false },
  { from: '2.73', to: '2.74', later: withLocked, locked: true, strict: false },
  { from: '2.75', later: withLocked, locked: true, strict: true },
];
