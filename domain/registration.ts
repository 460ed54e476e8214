/**
 * What a registration or its end makes of a row. Registrations come from a feed that may repeat
 * itself and arrive late, so each tells when it was true (`reported_at`).
 */
import { isEqual } from 'es-toolkit';
import type { Actor } from './change.ts';
import { DomainError } from './errors.ts';

/** How far a feed's clock may be ahead of ours. */
const clockSkewMs = 60_000;

/** When a registration was true, if the feed says so. 400 if that is more than 60 s ahead. */
export function reportTime(reported_at: string | undefined, now: string): string | undefined {
  if (reported_at === undefined) return undefined;
  if (Date.parse(reported_at) > Date.parse(now) + clockSkewMs) {
    throw new DomainError('invalid', 'Invalid input for field/attribute reported_at. It is ahead.');
  }
  return reported_at;
}

/**
 * The time that a registration counts from. One that tells none is of now, and never late: the
 * feed's clock, by which the row was written, may be ahead of ours.
 */
export function registrationTime(
  { reported_at, actor }: Pick<Registration<unknown>, 'reported_at' | 'actor'>,
  existing: { readonly reported_at: string } | undefined,
): string {
  if (reported_at !== undefined) return reported_at;
  return existing && existing.reported_at > actor.at ? existing.reported_at : actor.at;
}

/** What a feed tells of a resource. */
export type Registration<Facts> = {
  readonly facts: Facts;
  /** Undefined if the feed does not say. */
  readonly reported_at: string | undefined;
  readonly actor: Actor;
  /** New ids, used only if the row is made anew. */
  readonly newId: () => string;
};

/** What came of a registration. `kept`: only the time of the newest report moves. */
export type Outcome<Row> =
  | { readonly kind: 'created' | 'changed' | 'kept'; readonly row: Row }
  | { readonly kind: 'stale' | 'same'; readonly row: Row };

/** Whether a row differs from the facts that a feed tells of it, whatever the order of keys. */
export const differs = <T extends object>(facts: T, row: T): boolean =>
  Object.entries(facts).some(
    ([key, value]) => !isEqual(value, Object.entries(row).find(([k]) => k === key)?.[1]),
  );
