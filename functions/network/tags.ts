/**
 * The tags of ports and networks, which have routes of their own. Neutron checks what is given before
 * it looks for the resource. Source: neutron `extensions/tagging.py`.
 */

import { readJson } from '../../adapters/http/request.ts';
import { ignored, type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { Refusal } from '../../domain/errors.ts';
import { requireNoBody } from './deps.ts';
import { shown } from './neutron.ts';
import { bodyOf, requireKnown } from './port-input.ts';
import { tagOf, tagsOf } from './port-values.ts';

type Request = RouteRequest<unknown, unknown>;
type Tags = readonly string[];

/** A kind of resource that has tags; a resource is that of the request's path, or a 404. */
export type Taggable = {
  readonly collection: `/v2.0/${'ports' | 'networks'}`;
  readonly tagsOf: (request: Request) => Promise<Tags>;
  /** Replaces the tags by those that come of the ones there are; gives them as they are now. */
  readonly retag: (request: Request, tagsAfter: (tags: Tags) => string[]) => Promise<Tags>;
};

const open = { query: ignored, body: ignored } as const;

export const tagRoutes = ({ collection, tagsOf: current, retag }: Taggable): Route[] => [
  route({
    method: 'GET',
    path: `${collection}/:id/tags`,
    ...open,
    handle: async (request) => ({ status: 200, body: { tags: await current(request) } }),
  }),
  route({
    method: 'PUT',
    path: `${collection}/:id/tags`,
    ...open,
    handle: async (request) => {
      const body = bodyOf(readJson(request));
      requireKnown(body, new Map([['tags', true]]));
      const tags = tagsOf(body.tags);
      return { status: 200, body: { tags: await retag(request, () => tags) } };
    },
  }),
  route({
    method: 'DELETE',
    path: `${collection}/:id/tags`,
    ...open,
    handle: async (request) => {
      requireNoBody(request);
      await retag(request, () => []);
      return { status: 204 };
    },
  }),
  route({
    method: 'GET',
    path: `${collection}/:id/tags/:tag`,
    ...open,
    handle: async (request) => {
      const { tag = '' } = request.params;
      if ((await current(request)).includes(tag)) return { status: 204 };
      throw tagNotFound(tag);
    },
  }),
  route({
    method: 'PUT',
    path: `${collection}/:id/tags/:tag`,
    ...open,
    handle: async (request) => {
      const tag = tagOf(request.params.tag);
      await retag(request, (tags) => tagsOf([...tags, tag]));
      return { status: 201, body: null };
    },
  }),
  route({
    method: 'DELETE',
    path: `${collection}/:id/tags/:tag`,
    ...open,
    handle: async (request) => {
      requireNoBody(request);
      const { tag = '' } = request.params;
      await retag(request, (tags) => {
        if (!tags.includes(tag)) throw tagNotFound(tag);
        return tags.filter((each) => each !== tag);
      });
      return { status: 204 };
    },
  }),
];

const tagNotFound = (tag: string): Refusal =>
  new Refusal('tag_not_found', `Tag ${shown(tag)} could not be found.`);
