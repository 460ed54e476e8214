/** `servers/{id}/metadata`: texts by name, which the owner of a server may write. */
import * as z from 'zod';
import { actorOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { requireUnlocked } from '../../../domain/servers/lock.ts';
import {
  afterMetadata,
  type Metadata,
  withItems,
  withoutItem,
} from '../../../domain/servers/server-metadata.ts';
import { text } from '../../../domain/text.ts';
import { serverFor } from './one-server.ts';
import type { ServerActionDeps } from './server-actions.ts';

/** Source: nova `api/validation/parameter_types.py`, `metadata`. */
const Key = z
  .string()
  .regex(/^[a-zA-Z0-9\-_:. ]{1,255}$/, 'Must be 1 to 255 of a-z, A-Z, 0-9, -, _, :, . and space.')
  .refine((key) => key !== '__proto__', 'Not a valid name.');

const Body = z.strictObject({
  metadata: z.record(Key, text(255)),
});

/** One item, by its name. */
const Item = z
  .strictObject({ meta: z.record(Key, text(255)) })
  .refine(({ meta }) => Object.keys(meta).length === 1, 'meta must hold exactly one item.')
  .transform(({ meta }) => meta);

/** @throws not_found if there is no item of that name. */
const itemOf = (metadata: Metadata, key: string) => {
  if (!Object.hasOwn(metadata, key)) {
    throw new DomainError('not_found', 'Metadata item was not found');
  }
  return { meta: { [key]: metadata[key] } };
};

type Request = RouteRequest<unknown, unknown>;

const path = '/v2.1/servers/:id/metadata';

export const serverMetadataRoutes = (deps: ServerActionDeps): Route[] => [
  ...wholeRoutes(deps),
  ...itemRoutes(deps),
];

/** Writes the metadata that `change` makes of a server's old metadata, and returns it. */
async function write(
  deps: ServerActionDeps,
  request: Request,
  change: (old: Metadata) => Metadata,
): Promise<Metadata> {
  const { instance } = await serverFor('member', deps, request);
  const actor = actorOf(request, deps.now());
  const changed = await deps.changeServer(instance.uuid, (on) => {
    requireUnlocked(on.instance, request.caller);
    return afterMetadata(on.instance, change(on.instance.metadata), actor);
  });
  return changed.metadata;
}

/** All items. `POST` adds items and replaces those of the same name; `PUT` replaces all. */
const wholeRoutes = (deps: ServerActionDeps): Route[] => [
  route({
    method: 'GET',
    path,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { instance } = await serverFor('reader', deps, request);
      return { status: 200, body: { metadata: instance.metadata } };
    },
  }),
  route({
    method: 'POST',
    path,
    query: ignored,
    body: Body,
    handle: async (request) => {
      const { metadata: items } = request.body;
      const metadata = await write(deps, request, (old) => withItems(old, items));
      return { status: 200, body: { metadata } };
    },
  }),
  route({
    method: 'PUT',
    path,
    query: ignored,
    body: Body,
    handle: async (request) => {
      const metadata = await write(deps, request, () => request.body.metadata);
      return { status: 200, body: { metadata } };
    },
  }),
];

/** One item. */
const itemRoutes = (deps: ServerActionDeps): Route[] => [
  route({
    method: 'GET',
    path: `${path}/:key`,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { instance } = await serverFor('reader', deps, request);
      return { status: 200, body: itemOf(instance.metadata, request.params.key ?? '') };
    },
  }),
  route({
    method: 'PUT',
    path: `${path}/:key`,
    query: ignored,
    body: Item,
    handle: async (request) => {
      const { body: item, params } = request;
      const { key = '' } = params;
      if (!Object.hasOwn(item, key)) {
        throw new DomainError('invalid', 'Request body and URI mismatch: meta.');
      }
      const metadata = await write(deps, request, (old) => withItems(old, item));
      return { status: 200, body: itemOf(metadata, key) };
    },
  }),
  route({
    method: 'DELETE',
    path: `${path}/:key`,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { key = '' } = request.params;
      await write(deps, request, (old) => withoutItem(old, key));
      return { status: 204 };
    },
  }),
];
