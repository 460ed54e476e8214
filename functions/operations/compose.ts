/** Puts the surface together: handler and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { watchChanges } from '../../flows/watch-changes.ts';
import { type OperationsDeps, operationsApi } from './handler.ts';

/** What the flows answer for the routes. */
type Composed = 'watch';

export type OperationsParts = Omit<OperationsDeps, Composed> & DepsOf<typeof watchChanges>;

/** The handler of the surface. */
export const compose = (parts: OperationsParts) =>
  operationsApi({ ...parts, watch: (watch) => watchChanges(parts, watch) });
