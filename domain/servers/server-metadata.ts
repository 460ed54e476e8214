/** The metadata of a server. Sources: docs/wire/compute.md#metadata; nova `compute/api.py`. */
import { isEqual } from 'es-toolkit';
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { changedInstance } from './changed-instance.ts';
import type { Instance } from './instance.ts';

export type Metadata = Instance['metadata'];

/** Nova's quota `metadata_items`. */
export const mostItems = 128;

/** What an instance may hold altogether, as a registration may tell it: a fault writes 25 of them at once. */
export const mostInstanceBytes = 128 * 1024;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** The metadata with these items in it, new or instead of the old ones of their names. */
export const withItems = (metadata: Metadata, items: Metadata): Metadata => ({
  ...metadata,
  ...items,
});

/** The metadata without an item. @throws not_found if there is none of that name. */
export function withoutItem(metadata: Metadata, key: string): Metadata {
  if (!Object.hasOwn(metadata, key)) {
    throw new DomainError('not_found', 'Metadata item was not found');
  }
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== key));
}

/**
 * The instance with this metadata; undefined if it has it already.
 * @throws forbidden if that are too many items, too_large if they take too much room.
 */
export function afterMetadata(
  instance: Instance,
  metadata: Metadata,
  actor: Actor,
): Instance | undefined {
  if (isEqual(metadata, instance.metadata)) return undefined;
  const more = Object.keys(metadata).length > Object.keys(instance.metadata).length;
  if (more && Object.keys(metadata).length > mostItems) {
    throw new DomainError('forbidden', `Maximum number of metadata items exceeds ${mostItems}`);
  }
  const next = { ...instance, metadata };
  if (bytesOf(next) > mostInstanceBytes && bytesOf(metadata) > bytesOf(instance.metadata)) {
    throw new DomainError('too_large', 'The metadata is too large.');
  }
  return changedInstance(instance, next, { actor });
}
