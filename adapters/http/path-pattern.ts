/** Matches paths with the patterns of routes. */

import { match } from 'path-to-regexp';
import { DomainError } from '../../domain/errors.ts';

/** The parameters of a path, by name; false if the path does not match the pattern. */
export type PathMatch = (path: string) => Readonly<Record<string, string>> | false;

/**
 * Matches paths with a pattern of path-to-regexp, exactly and by case.
 * @throws DomainError `invalid`, when a path with a malformed escape is matched.
 */
export function pathMatcher(pattern: string): PathMatch {
  const matches = match(pattern, { trailing: false, sensitive: true, decode: decodeSegment });
  return (path) => {
    const found = matches(path === '' ? '/' : path);
    if (!found) return false;
    return Object.fromEntries(
      Object.entries(found.params).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    );
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new DomainError('invalid', `The path has a malformed escape: ${segment.slice(0, 100)}`);
  }
}
