/**
 * Access rules of application credentials: which requests a token of the credential may make.
 * Source: keystone `application_credential/schema.py`; keystonemiddleware `auth_token/__init__.py`.
 */
import * as z from 'zod';
import { nameId } from '../ids.ts';

export const ruleMethods = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'] as const;

/** One rule. `service` is a type of the catalogue, `path` a pattern of the path below the service. */
export const AccessRule = z.object({
  service: z.string().min(1).max(64),
  method: z.enum(ruleMethods),
  path: z.string().max(225).regex(/^\//, 'Must begin with a slash.'),
});
export type AccessRule = z.infer<typeof AccessRule>;

/** A request as the rules see it. */
export type RuledRequest = {
  /** The service's type in the catalogue, such as `compute`. */
  readonly service: string;
  readonly method: string;
  /** The path below the service's endpoint, such as `/v2.1/servers`. */
  readonly path: string;
};

/** The id of a rule of a user, in Keystone's form. The same rule has the same id. */
export const accessRuleId = (user_id: string, { service, method, path }: AccessRule): string =>
  nameId('access_rule', JSON.stringify([user_id, service, method, path]));

/**
 * Whether a path matches a pattern: `**` matches any text, `*` and `{name}` match any characters but
 * a slash. All possible matches are followed at once, so the cost is at most the length of the pattern
 * for each character of the path.
 */
function matchesPath(pattern: string, path: string): boolean {
  const parts = pattern.match(/\*\*|\*|\{[^{}]*\}|./gsu) ?? [];
  const reached = (places: Iterable<number>): Set<number> => {
    const all = new Set(places);
    // `**` may match the empty text. The loop also visits places that it adds to the set.
    for (const place of all) if (parts[place] === '**') all.add(place + 1);
    return all;
  };
  let places = reached([0]);
  for (const character of path) {
    const next = [...places].flatMap((place) => {
      const part = parts[place];
      if (part === undefined) return [];
      if (part === '**') return [place];
      if (part === '*' || part.length > 1) return character === '/' ? [] : [place, place + 1];
      return part === character ? [place + 1] : [];
    });
    places = reached(next);
  }
  return places.has(parts.length);
}

/** Whether the rules allow a request. Undefined allows every request. */
export const isAllowed = (
  rules: readonly AccessRule[] | undefined,
  { service, method, path }: RuledRequest,
): boolean =>
  rules === undefined ||
  rules.some(
    (rule) => rule.service === service && rule.method === method && matchesPath(rule.path, path),
  );
