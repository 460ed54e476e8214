/**
 * Registrations of hosts and instances. They come from a feed (such as a sync script) that may
 * repeat itself and may be late. So each registration says at which time it was true
 * (`reported_at`).
 */
import { isEqual } from 'es-toolkit';
import type { Actor } from './change.ts';
import { DomainError } from './errors.ts';

/** How far a feed's clock may be ahead of Doctor's. */
const clockSkewMs = 60_000;

/**
 * The time at which a registration was true; undefined if the feed does not say.
 * @throws DomainError `invalid` if the time is more than 60 s ahead of `now`.
 */
export function reportTime(reported_at: string | undefined, now: string): string | undefined {
  if (reported_at === undefined) return undefined;
  if (Date.parse(reported_at) > Date.parse(now) + clockSkewMs) {
    throw new DomainError(
      'invalid',
      'Invalid input for field/attribute reported_at. It is in the future.',
    );
  }
  return reported_at;
}

/**
 * The `reported_at` to store. Without one in the registration it is now, or the stored time if that
 * is later (the clock of the feed that wrote the row may be ahead): such a registration is never
 * stale.
 */
export function registrationTime(
  { reported_at, actor }: Pick<Registration<unknown>, 'reported_at' | 'actor'>,
  existing: { readonly reported_at: string } | undefined,
): string {
  if (reported_at !== undefined) return reported_at;
  return existing && existing.reported_at > actor.at ? existing.reported_at : actor.at;
}

/** What a feed reports about a resource. */
export type Registration<Facts> = {
  readonly facts: Facts;
  /** Undefined if the feed does not say. */
  readonly reported_at: string | undefined;
  readonly actor: Actor;
  /** Makes a new id. Called only if the row is created. */
  readonly newId: () => string;
};

/**
 * The outcome of a registration. `created`, `changed`, `kept`: the row has to be written; for
 * `kept` only `reported_at` differs. `stale`, `same`: nothing is written; `row` is the stored one.
 */
export type RegistrationOutcome<Row> =
  | { readonly kind: 'created' | 'changed' | 'kept'; readonly row: Row }
  | { readonly kind: 'stale' | 'same'; readonly row: Row };

/** Whether a row differs from the facts that a feed reports. The order of keys does not matter. */
export const differs = <T extends object>(facts: T, row: T): boolean =>
  Object.entries(facts).some(
    ([key, value]) => !isEqual(value, Object.entries(row).find(([k]) => k === key)?.[1]),
  );
