/**
 * A page of ports. Ids come from the narrowest index that the query names; rows are read
 * consistently. A list reads at most the ports that its caller may see; in the order of ids it reads
 * only those that it shows.
 */

import type { Query } from '../../adapters/http/query.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { Port } from '../../domain/ports/port.ts';
import { listedProject, seesHosts, visiblePort } from '../../domain/ports/port-access.ts';
import type { PortIndex } from '../../domain/ports/port-index.ts';
import { slices } from '../../domain/slices.ts';
import type { PortDeps } from './deps.ts';
import { fieldsOf, picked } from './fields.ts';
import { type ListOrder, readOrder } from './list-order.ts';
import { type ShownPage, shownPage } from './page.ts';
import { type PageRequest, readPage } from './page-request.ts';
import { filterOf, isFiltered, type PortTest } from './port-filter.ts';
import { portSortKeys } from './port-sort.ts';
import { portView } from './port-view.ts';
import { idOf } from './request-parts.ts';

type ListDeps = Pick<PortDeps, 'portIds' | 'readPorts'>;

/** Rows that are read at once if a filter may leave out most of them. */
const filteredAtOnce = 200;

/** A parsed query of `GET /v2.0/ports`. */
export type PortListRequest = {
  readonly source: PortSource;
  readonly test: PortTest;
  readonly order: ListOrder<Port>;
  readonly page: PageRequest;
  /** Whether a filter may leave out ports of the source. */
  readonly filtered: boolean;
  /** The attributes to show; empty for all. */
  readonly fields: readonly string[];
};

/**
 * Parses the query of `GET /v2.0/ports`. The caller decides which ports and hosts it may ask for.
 * @throws PolicyNotAuthorized if the caller may not list ports; HTTPBadRequest.
 */
export function readPortList(
  query: Query,
  { caller }: { readonly caller: Caller },
): PortListRequest {
  const project_id = listedProject(caller);
  return {
    test: filterOf(query, caller),
    order: readOrder(query, portSortKeys),
    page: readPage(query),
    source: sourceOf(query, caller, project_id),
    filtered: isFiltered(query),
    fields: fieldsOf(query),
  };
}

/** The requested page. @throws PortNotFound for a marker that the caller may not see. */
export async function listPorts(
  deps: ListDeps,
  caller: Caller,
  { fields, ...list }: PortListRequest,
): Promise<ShownPage> {
  const { order, page } = list;
  const marker = page.marker === undefined ? undefined : await markerOf(deps, caller, page.marker);
  const marked = { ...list, marker };
  const ports = await (order.byId ? inOrderOfIds(deps, marked) : sorted(deps, marked));
  return shownPage(ports, page, (port) => picked(portView(port, caller), fields));
}

/** The port after which a page begins; it need not match the filter. @throws PortNotFound */
async function markerOf(deps: ListDeps, caller: Caller, text: string): Promise<Port> {
  const id = idOf(text);
  const [port] = id === undefined ? [] : await deps.readPorts([id]);
  return visiblePort(caller, text, port);
}

/** The source of the ids of a list: indexes, or the query itself. */
type PortSource = { readonly ids: readonly string[] } | { readonly among: readonly PortIndex[] };

function sourceOf(query: Query, caller: Caller, project_id: string | undefined): PortSource {
  const { id, name, device_id } = query;
  if (id) return { ids: id.flatMap((text) => idOf(text) ?? []) };
  const host = query['binding:host_id'];
  if (host && !seesHosts(caller)) return { ids: [] };
  if (host && usable(host))
    return { among: each(host.map(hostKey), (value) => ({ index: 'byHost', value })) };
  if (device_id && usable(device_id)) {
    return { among: each(device_id, (value) => ({ index: 'byDevice', value, project_id })) };
  }
  if (name && usable(name)) {
    return { among: each(name, (value) => ({ index: 'byName', value, project_id })) };
  }
  if (project_id !== undefined) return { among: [{ index: 'byProject', value: project_id }] };
  const projects = query.project_id ?? query.tenant_id;
  if (projects && usable(projects)) {
    return { among: each(projects, (value) => ({ index: 'byProject', value })) };
  }
  return { among: [{ index: 'listing' }] };
}

/** The index for each value; a repeated value is looked up once. */
const each = (values: readonly string[], place: (value: string) => PortIndex): PortIndex[] =>
  [...new Set(values)].map(place);

/** Whether all values can be keys of an index: none is empty or too long. */
const usable = (values: readonly string[]): boolean =>
  values.every((value) => value !== '' && value.length <= 255);

type MarkedPortList = Omit<PortListRequest, 'fields'> & { readonly marker: Port | undefined };

/** A page in the order of ids, which is the order of the indexes: reading ends when it is full. */
async function inOrderOfIds(deps: ListDeps, list: MarkedPortList): Promise<Port[]> {
  const { test, order, page, filtered } = list;
  const backward = (order.byId === 'desc') !== page.reverse;
  const found: Port[] = [];
  for await (const ids of idsInOrder(deps, list, backward)) {
    for (let rest = ids; rest.length > 0 && found.length < page.size; ) {
      const missing = page.size - found.length;
      const count = filtered ? Math.max(missing, filteredAtOnce) : missing;
      const ports = await deps.readPorts(rest.slice(0, count));
      found.push(...ports.filter(test).sort(byId(backward)));
      rest = rest.slice(count);
    }
    if (found.length >= page.size) break;
  }
  const ports = found.slice(0, page.size);
  return page.reverse ? ports.reverse() : ports;
}

const byId =
  (backward: boolean) =>
  (a: Port, b: Port): number =>
    (a.id < b.id ? -1 : 1) * (backward ? -1 : 1);

async function* idsInOrder(
  deps: ListDeps,
  { source, page, marker, filtered }: MarkedPortList,
  reverse: boolean,
): AsyncGenerator<readonly string[]> {
  const after = marker?.id;
  if ('among' in source && source.among.length === 1) {
    const [among] = source.among;
    if (among && among.index !== 'byDevice' && among.index !== 'byName') {
      const atOnce = filtered ? undefined : page.size;
      yield* deps.portIds(among, { after, reverse, ...(atOnce && { atOnce }) });
      return;
    }
  }
  const ids = (await allIds(deps, source)).sort();
  const rest = ids.filter((id) => after === undefined || (reverse ? id < after : id > after));
  yield* slices(reverse ? rest.reverse() : rest, 1_000);
}

async function allIds(deps: ListDeps, source: PortSource): Promise<string[]> {
  if ('ids' in source) return [...new Set(source.ids)];
  const ids = new Set<string>();
  for (const among of source.among) {
    for await (const page of deps.portIds(among, {})) for (const id of page) ids.add(id);
  }
  return [...ids];
}

/** A page in another order: all matching ports are read, and at most one page of them is kept. */
async function sorted(
  deps: ListDeps,
  { source, test, order, page, marker }: MarkedPortList,
): Promise<Port[]> {
  const sign = page.reverse ? -1 : 1;
  const isNext = (port: Port): boolean => !marker || order.compare(port, marker) * sign > 0;
  let nearest: Port[] = [];
  for (const ids of slices(await allIds(deps, source), 1_000)) {
    const found = (await deps.readPorts(ids)).filter(test).filter(isNext);
    nearest = [...nearest, ...found].sort((a, b) => order.compare(a, b) * sign).slice(0, page.size);
  }
  return page.reverse ? nearest.reverse() : nearest;
}
