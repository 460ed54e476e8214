/** The metadata of a server. Sources: docs/wire/compute.md#metadata; nova `compute/api.py`. */
import { isEqual } from 'es-toolkit';
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { changedInstance } from './changed-instance.ts';
import type { Instance } from './instance.ts';

/** Texts by name. */
export type Metadata = Instance['metadata'];

/** The most items of a server: nova's quota `metadata_items`. */
export const mostItems = 128;

/**
 * The most bytes of an instance's row as JSON: as many as a registration may have. A fault writes 25
 * rows in one request.
 */
export const mostInstanceBytes = 128 * 1024;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** The metadata with these items added; items of the same name are replaced. */
export const withItems = (metadata: Metadata, items: Metadata): Metadata => ({
  ...metadata,
  ...items,
});

/** The metadata without an item. @throws not_found if there is no item of that name. */
export function withoutItem(metadata: Metadata, key: string): Metadata {
  if (!Object.hasOwn(metadata, key)) {
    throw new DomainError('not_found', 'Metadata item was not found');
  }
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== key));
}

/**
 * The instance with this metadata; undefined if it has it already.
 * @throws forbidden if there are too many items, too_large if the row gets too large.
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
