/** The tags of a port, which have routes of their own. Source: docs/wire/network.md#tags. */
import { readJson } from '../../adapters/http/request.ts';
import { ignored, type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { Refusal } from '../../domain/errors.ts';
import { type Port, updatedPort } from '../../domain/ports/port.ts';
import { requirePolicy, visiblePort } from '../../domain/ports/port-access.ts';
import { actorAt, idOf, type PortDeps, requireNoBody } from './deps.ts';
import { shown } from './neutron.ts';
import { bodyOf, requireKnown } from './port-input.ts';
import { tagOf, tagsOf } from './port-values.ts';
import { change } from './ports.ts';

type Request = RouteRequest<unknown, unknown>;

const all = '/v2.0/ports/:id/tags';
const one = '/v2.0/ports/:id/tags/:tag';

const open = { query: ignored, body: ignored } as const;

export function tagRoutes(deps: PortDeps): Route[] {
  const portOf = async ({ caller, params: { id: text = '' } }: Request): Promise<Port> => {
    const id = idOf(text);
    const [found] = id === undefined ? [] : await deps.readPorts([id]);
    return visiblePort(caller, text, found);
  };
  /** Replaces the tags by those that come of the ones there are. */
  const retag = (request: Request, tagsAfter: (port: Port) => string[]): Promise<Port> => {
    const at = deps.now();
    return change(deps, request, (port) => {
      requirePolicy(request.caller, port, 'update_ports_tags');
      return updatedPort(port, { tags: tagsAfter(port) }, actorAt(request, at));
    });
  };

  return [
    route({
      method: 'GET',
      path: all,
      ...open,
      handle: async (request) => ({ status: 200, body: { tags: (await portOf(request)).tags } }),
    }),
    route({
      method: 'PUT',
      path: all,
      ...open,
      handle: async (request) => {
        const body = bodyOf(readJson(request));
        requireKnown(body, new Map([['tags', true]]));
        const tags = tagsOf(body.tags);
        return { status: 200, body: { tags: (await retag(request, () => tags)).tags } };
      },
    }),
    route({
      method: 'DELETE',
      path: all,
      ...open,
      handle: async (request) => {
        requireNoBody(request);
        await retag(request, () => []);
        return { status: 204 };
      },
    }),
    route({
      method: 'GET',
      path: one,
      ...open,
      handle: async (request) => {
        const { tag = '' } = request.params;
        if ((await portOf(request)).tags.includes(tag)) return { status: 204 };
        throw tagNotFound(tag);
      },
    }),
    route({
      method: 'PUT',
      path: one,
      ...open,
      handle: async (request) => {
        const tag = tagOf(request.params.tag);
        await retag(request, ({ tags }) => tagsOf([...tags, tag]));
        return { status: 201, body: null };
      },
    }),
    route({
      method: 'DELETE',
      path: one,
      ...open,
      handle: async (request) => {
        requireNoBody(request);
        const { tag = '' } = request.params;
        await retag(request, ({ tags }) => {
          if (!tags.includes(tag)) throw tagNotFound(tag);
          return tags.filter((each) => each !== tag);
        });
        return { status: 204 };
      },
    }),
  ];
}

const tagNotFound = (tag: string): Refusal =>
  new Refusal('tag_not_found', `Tag ${shown(tag)} could not be found.`);
