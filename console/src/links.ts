/** The links of views: `#/hosts/compute-1?tab=ports`. Pure. */

export type Place = {
  /** The parts of the path: `['hosts', 'compute-1']`; empty for the first view. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
};

/** The place that a link such as `#/hosts/compute-1?tab=ports` names. */
export function placeOf(link: string): Place {
  const [path = '', query = ''] = link.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter((part) => part !== '');
  return { path: parts.map(decoded), query: new URLSearchParams(query) };
}

/** A decoded part of a path. A part with malformed encoding is not changed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The link of a view. Parts of the query that are empty are left out. */
export function linkTo(
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const asked = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return `#/${path.map(encodeURIComponent).join('/')}${asked}`;
}
