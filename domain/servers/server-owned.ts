/** What its owner may tell of a server. Source: nova `compute/api.py`, `update_instance`. */
import { isEqual } from 'es-toolkit';
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { changedInstance } from './changed-instance.ts';
import type { Instance, Owned } from './instance.ts';

/** Nova's limit. Source: nova `objects/instance.py`, `MAX_TAG_COUNT`. */
export const mostServerTags = 50;

export type OwnersUpdate = { readonly name?: string; readonly owned?: Partial<Owned> };

/**
 * The instance with what is told; undefined if it is so already. The time of its newest report
 * stays: no feed knows of this, so none is late because of it.
 */
export function afterOwner(
  instance: Instance,
  { name = instance.name, owned: told = {} }: OwnersUpdate,
  actor: Actor,
): Instance | undefined {
  const owned = { ...instance.owned, ...told };
  if (name === instance.name && isEqual(owned, instance.owned)) return undefined;
  const { reported_at } = instance;
  return changedInstance(instance, { ...instance, name, owned }, { actor, reported_at });
}

/** Tags in order, each once. @throws invalid if that are too many. */
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
