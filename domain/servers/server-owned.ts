/** Updates of a server by its owner. Source: nova `compute/api.py`, `update_instance`. */
import { isEqual } from 'es-toolkit';
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { changedInstance } from './changed-instance.ts';
import type { Instance, Owned } from './instance.ts';

/** The most tags of a server. Source: nova `objects/instance.py`, `MAX_TAG_COUNT`. */
export const mostServerTags = 50;

/** The fields to set; absent fields stay as they are. */
export type OwnersUpdate = { readonly name?: string; readonly owned?: Partial<Owned> };

/**
 * The instance after an update by its owner; undefined if it changes nothing. Keeps `reported_at`:
 * feeds do not report these fields, so the update makes no report of a feed stale.
 */
export function afterOwner(
  instance: Instance,
  { name = instance.name, owned: update = {} }: OwnersUpdate,
  actor: Actor,
): Instance | undefined {
  const owned = { ...instance.owned, ...update };
  if (name === instance.name && isEqual(owned, instance.owned)) return undefined;
  const { reported_at } = instance;
  return changedInstance(instance, { ...instance, name, owned }, { actor, reported_at });
}

/** The tags in alphabetical order, without duplicates. @throws invalid if there are too many. */
export function sortedTags(tags: readonly string[]): string[] {
  const each = [...new Set(tags)].sort();
  if (each.length > mostServerTags) {
    throw new DomainError(
      'invalid',
      `The number of tags exceeded the per-server limit ${mostServerTags}`,
    );
  }
  return each;
}
