/**
 * The path of a request below the API's root, and the root as the client sees it. A stage's own
 * address, a custom domain and a base path give the same request different paths.
 * Source: the events of REST APIs for each kind of mapping, as recorded in LocalStack's pull request
 * 12296; samples are in `events/api-gateway/`.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';

type Addressed = Pick<APIGatewayProxyEvent, 'path' | 'resource' | 'pathParameters'> & {
  readonly requestContext: Pick<
    APIGatewayProxyEvent['requestContext'],
    'path' | 'domainName' | 'stage'
  >;
};

/** A path with single slashes and without one at its end: clients join URLs in many ways. */
const plain = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/\/$/, '');

/** The part in front of `end`; undefined if the path does not end with it. */
const before = (path: string, end: string): string | undefined =>
  path.endsWith(end) ? path.slice(0, path.length - end.length) : undefined;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The path of the resource that the gateway chose, with `{proxy+}` filled in and without a base path.
 * Undefined if the event does not have it.
 */
function belowBasePath({ resource, pathParameters }: Addressed): string | undefined {
  const fixed = resource.replace(/\/\{.*$/, '');
  const proxy = pathParameters?.proxy;
  if (proxy !== undefined) return plain(`${fixed}/${proxy}`);
  return fixed === resource ? plain(fixed) : undefined;
}

/** The path of the configured URL; empty without one. */
const pathOf = (publicUrl: string): string =>
  URL.canParse(publicUrl) ? plain(new URL(publicUrl).pathname) : '';

/**
 * The part of `event.path` in front of the API's own path: the base path of a custom domain, and the
 * stage if it is part of the path. Empty at the stage's own address. A base path has no escapes.
 */
function basePathOf(event: Addressed, publicUrl: string): string {
  const path = plain(event.path);
  const below = belowBasePath(event);
  const base =
    below === undefined
      ? undefined
      : (before(path, below) ?? before(decoded(path), decoded(below)));
  if (base !== undefined && path.startsWith(base)) return base;
  const configured = pathOf(publicUrl);
  return configured !== '' && path.startsWith(`${configured}/`) ? configured : '';
}

export type Place = {
  /** The path below the API's root, with single slashes and none at its end; empty for the root. */
  readonly path: string;
  /** Absolute public URL of the whole API, without a slash at its end. */
  readonly root: string;
};

/** The place of a request. `publicUrl` is the configured address; empty to use the gateway's. */
export function gatewayPlaceOf(event: Addressed, publicUrl: string): Place {
  const base = basePathOf(event, publicUrl);
  const path = plain(event.path).slice(base.length);
  if (publicUrl) return { path, root: publicUrl.replace(/\/+$/, '') };
  const { domainName = 'localhost', path: seen } = event.requestContext;
  return { path, root: `https://${domainName}${before(plain(seen), path) ?? base}` };
}
