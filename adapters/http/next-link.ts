import type { RawRequest } from './request.ts';

/** Absolute URL of the same request for the page after the item with the id `marker`. */
export function nextLink(
  { base, path, query }: Pick<RawRequest, 'base' | 'path' | 'query'>,
  marker: string,
): string {
  const next = new URLSearchParams();
  for (const [name, values] of Object.entries({ ...query, marker: [marker] })) {
    for (const value of values) next.append(name, value);
  }
  return `${base}${path}?${next}`;
}
