/**
 * The routes of the tags of ports and networks. Neutron checks a body before it looks for the
 * resource. Source: neutron `extensions/tagging.py`.
 */

import { bodySent, ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { Refusal } from '../../domain/errors.ts';
import { shown } from './neutron.ts';
import { tagListOf, tagOf } from './port-values.ts';
import { bodyOf, requireKnown } from './request-body.ts';
import { requireNoBody } from './request-parts.ts';

type TaggedRequest = RouteRequest<unknown, unknown>;
type Tags = readonly string[];

/** A kind of resource that has tags. The resource is that of the path; a 404 if there is none. */
export type Taggable = {
  readonly collection: `/v2.0/${'ports' | 'networks'}`;
  readonly tagsOf: (request: TaggedRequest) => Promise<Tags>;
  /** Replaces the tags by the result of `tagsAfter`; returns the tags as they are now. */
  readonly retag: (request: TaggedRequest, tagsAfter: (tags: Tags) => string[]) => Promise<Tags>;
};

/** The tags of a body. @throws HTTPBadRequest */
function readTags(json: unknown): string[] {
  const body = bodyOf(json);
  requireKnown(body, new Map([['tags', true]]));
  return tagListOf(body.tags);
}

/** The routes of a kind of resource. */
export const tagRoutes = (kind: Taggable): Route[] => [...allTags(kind), ...oneTag(kind)];

const allTags = ({ collection, tagsOf: current, retag }: Taggable): Route[] => [
  route({
    method: 'GET',
    path: `${collection}/:id/tags`,
    query: ignored,
    body: ignored,
    handle: async (request) => ({ status: 200, body: { tags: await current(request) } }),
  }),
  route({
    method: 'PUT',
    path: `${collection}/:id/tags`,
    query: ignored,
    body: readTags,
    handle: async (request) => ({
      status: 200,
      body: { tags: await retag(request, () => request.body) },
    }),
  }),
  route({
    method: 'DELETE',
    path: `${collection}/:id/tags`,
    query: ignored,
    body: bodySent,
    handle: async (request) => {
      requireNoBody(request.body);
      await retag(request, () => []);
      return { status: 204 };
    },
  }),
];

const oneTag = ({ collection, tagsOf: current, retag }: Taggable): Route[] => [
  route({
    method: 'GET',
    path: `${collection}/:id/tags/:tag`,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { tag = '' } = request.params;
      if ((await current(request)).includes(tag)) return { status: 204 };
      throw tagNotFound(tag);
    },
  }),
  route({
    method: 'PUT',
    path: `${collection}/:id/tags/:tag`,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const tag = tagOf(request.params.tag);
      await retag(request, (tags) => tagListOf([...tags, tag]));
      return { status: 201, body: null };
    },
  }),
  route({
    method: 'DELETE',
    path: `${collection}/:id/tags/:tag`,
    query: ignored,
    body: bodySent,
    handle: async (request) => {
      requireNoBody(request.body);
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
