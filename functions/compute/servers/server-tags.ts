/** `servers/{id}/tags`, from 2.26 on. Source: nova `api/openstack/compute/server_tags.py`. */
import * as z from 'zod';
import { actorOf } from '../../../adapters/http/actor.ts';
import {
  ignored,
  parsed,
  type Route,
  type RouteRequest,
  route,
} from '../../../adapters/http/route.ts';
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

export function serverTagRoutes(deps: ServerActionDeps): Route[] {
  const path = '/v2.1/servers/:id/tags';
  const one = `${path}/:tag`;
  const shared = { versions: { from: '2.26' }, query: ignored } as const;

  /** Writes what `change` makes of a server's tags, and gives the old and the new ones. */
  const write = async (request: Request, change: (old: readonly string[]) => readonly string[]) => {
    const { instance } = await serverFor('member', deps, request);
    const actor = actorOf(request, deps.now());
    let before: readonly string[] = instance.owned.tags;
    const { owned } = await deps.changeServer(instance.uuid, (on) => {
      before = on.instance.owned.tags;
      return afterOwner(on.instance, { owned: { tags: sortedTags(change(before)) } }, actor);
    });
    return { before, after: owned.tags };
  };

  const missing = (tag: string) =>
    new DomainError('not_found', `The server has no tag '${tag.slice(0, 60)}'`);

  return [
    route({
      ...{ method: 'GET', path, ...shared, body: ignored },
      handle: async (request) => {
        const { instance } = await serverFor('reader', deps, request);
        return { status: 200, body: { tags: instance.owned.tags } };
      },
    }),
    route({
      ...{ method: 'PUT', path, ...shared, body: Body },
      handle: async (request) => {
        const { after } = await write(request, () => request.body.tags);
        return { status: 200, body: { tags: after } };
      },
    }),
    route({
      ...{ method: 'DELETE', path, ...shared, body: ignored },
      handle: async (request) => {
        await write(request, () => []);
        return { status: 204 };
      },
    }),
    route({
      ...{ method: 'GET', path: one, ...shared, body: ignored },
      handle: async (request) => {
        const { instance } = await serverFor('reader', deps, request);
        const { tag = '' } = request.params;
        if (!instance.owned.tags.includes(tag)) throw missing(tag);
        return { status: 204 };
      },
    }),
    route({
      ...{ method: 'PUT', path: one, ...shared, body: ignored },
      handle: async (request) => {
        const tag = parsed(Tag, request.params.tag, 'tag');
        const { before } = await write(request, (old) => [...old, tag]);
        if (before.includes(tag)) return { status: 204 };
        const Location = `${request.base}${request.path}`;
        return { status: 201, headers: { Location } };
      },
    }),
    route({
      ...{ method: 'DELETE', path: one, ...shared, body: ignored },
      handle: async (request) => {
        const { tag = '' } = request.params;
        await write(request, (old) => {
          if (!old.includes(tag)) throw missing(tag);
          return old.filter((each) => each !== tag);
        });
        return { status: 204 };
      },
    }),
  ];
}
