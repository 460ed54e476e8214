/** `servers/{id}/metadata`: a server's texts by name, which its owner may write. */

import * as z from 'zod';
import { actorOf } from '../../../adapters/http/actor.ts';
import { ignored, type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
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

const itemOf = (metadata: Metadata, key: string) => {
  if (!Object.hasOwn(metadata, key)) {
    throw new DomainError('not_found', 'Metadata item was not found');
  }
  return { meta: { [key]: metadata[key] } };
};

type Request = RouteRequest<unknown, unknown>;

export function serverMetadataRoutes(deps: ServerActionDeps): Route[] {
  const path = '/v2.1/servers/:id/metadata';

  /** Writes what `change` makes of a server's metadata, and gives it. */
  const write = async (request: Request, change: (old: Metadata) => Metadata) => {
    const { instance } = await serverFor('member', deps, request);
    const actor = actorOf(request, deps.now());
    const changed = await deps.changeServer(instance.uuid, (on) => {
      requireUnlocked(on.instance, request.caller);
      return afterMetadata(on.instance, change(on.instance.metadata), actor);
    });
    return changed.metadata;
  };

  return [
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
    // POST adds items and replaces those of the same name, PUT replaces all.
    route({
      method: 'POST',
      path,
      query: ignored,
      body: Body,
      handle: async (request) => {
        const { metadata } = request.body;
        return {
          status: 200,
          body: { metadata: await write(request, (old) => withItems(old, metadata)) },
        };
      },
    }),
    route({
      method: 'PUT',
      path,
      query: ignored,
      body: Body,
      handle: async (request) => {
        const { metadata } = request.body;
        return { status: 200, body: { metadata: await write(request, () => metadata) } };
      },
    }),
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
        return {
          status: 200,
          body: itemOf(await write(request, (old) => withItems(old, item)), key),
        };
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/:key`,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const { key = '' } = request.params;
        await write(request, (old) => withoutItem(old, key));
        return { status: 204 };
      },
    }),
  ];
}
