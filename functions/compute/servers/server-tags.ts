/** `servers/{id}/tags`, from 2.26 on. Source: nova `api/openstack/compute/server_tags.py`. */
import * as z from 'zod';
import { actorOf } from '../../../adapters/http/actor.ts';
import { parsed } from '../../../adapters/http/parsed.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { afterOwner, mostServerTags, sortedTags } from '../../../domain/servers/server-owned.ts';
import { notPlain, plain, text } from '../../../domain/text.ts';
import { serverFor } from './one-server.ts';
import type { ServerActionDeps } from './server-actions.ts';

const Tag = text(60)
  .min(1)
  .regex(/^[^,/]*$/, 'Must not hold a comma or a slash.')
  .regex(plain, notPlain);
const Body = z.strictObject({ tags: z.array(Tag).max(mostServerTags) });

type Request = RouteRequest<unknown, unknown>;

const path = '/v2.1/servers/:id/tags';
const versions = { from: '2.26' };

export const serverTagRoutes = (deps: ServerActionDeps): Route[] => [
  ...wholeRoutes(deps),
  ...tagRoutes(deps),
];

/** Writes the tags that `change` makes of a server's old tags. Returns the old and the new tags. */
async function write(
  deps: ServerActionDeps,
  request: Request,
  change: (old: readonly string[]) => readonly string[],
): Promise<{ readonly before: readonly string[]; readonly after: readonly string[] }> {
  const { instance } = await serverFor('member', deps, request);
  const actor = actorOf(request, deps.now());
  let before: readonly string[] = instance.owned.tags;
  const { owned } = await deps.changeServer(instance.uuid, (on) => {
    before = on.instance.owned.tags;
    return afterOwner(on.instance, { owned: { tags: sortedTags(change(before)) } }, actor);
  });
  return { before, after: owned.tags };
}

const missing = (tag: string) =>
  new DomainError('not_found', `The server has no tag '${tag.slice(0, 60)}'`);

/** All tags. */
const wholeRoutes = (deps: ServerActionDeps): Route[] => [
  route({
    method: 'GET',
    path,
    versions,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { instance } = await serverFor('reader', deps, request);
      return { status: 200, body: { tags: instance.owned.tags } };
    },
  }),
  route({
    method: 'PUT',
    path,
    versions,
    query: ignored,
    body: Body,
    handle: async (request) => {
      const { after } = await write(deps, request, () => request.body.tags);
      return { status: 200, body: { tags: after } };
    },
  }),
  route({
    method: 'DELETE',
    path,
    versions,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      await write(deps, request, () => []);
      return { status: 204 };
    },
  }),
];

/** One tag. */
const tagRoutes = (deps: ServerActionDeps): Route[] => [
  route({
    method: 'GET',
    path: `${path}/:tag`,
    versions,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { instance } = await serverFor('reader', deps, request);
      const { tag = '' } = request.params;
      if (!instance.owned.tags.includes(tag)) throw missing(tag);
      return { status: 204 };
    },
  }),
  route({
    method: 'PUT',
    path: `${path}/:tag`,
    versions,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const tag = parsed(Tag, request.params.tag, 'tag');
      const { before } = await write(deps, request, (old) => [...old, tag]);
      if (before.includes(tag)) return { status: 204 };
      const Location = `${request.base}${request.path}`;
      return { status: 201, headers: { Location } };
    },
  }),
  route({
    method: 'DELETE',
    path: `${path}/:tag`,
    versions,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { tag = '' } = request.params;
      await write(deps, request, (old) => {
        if (!old.includes(tag)) throw missing(tag);
        return old.filter((each) => each !== tag);
      });
      return { status: 204 };
    },
  }),
];
