/** The OpenAPI 3.1 document of all routes: from the routes, their schemas and the texts of the reference. */
import type { DialectName } from '../../../adapters/http/dialects.ts';
import type { RouteSchemas } from '../../../adapters/http/readers.ts';
import type { SurfaceRoutes } from '../../../adapters/http/surface.ts';
import { routeTexts, surfaceTexts } from '../route-texts.ts';
import { keyOf, type ListedRoute, listedPublicRoutes, listedRoutes, shownPath } from '../routes.ts';
import { surfaces } from '../surfaces.ts';
import { answers } from './answers.ts';
import {
  answeredSchema,
  type JsonSchema,
  namedSchemas,
  type QueryParameter,
  queryParameters,
  sentSchema,
} from './json-schema.ts';

type Operation = JsonSchema;

/** The error answers of each dialect; only those of Doctor's own are described exactly. */
const refusalOf = (dialect: DialectName): JsonSchema =>
  dialect === 'doctor' || dialect === 'identity'
    ? { $ref: '#/components/schemas/Refusal' }
    : { type: 'object' };

const json = (schema: JsonSchema) => ({ content: { 'application/json': { schema } } });

/** One name made of the words of a method and a path: `getDoctorV1FaultsId`. */
const operationId = ({ method, path }: Pick<ListedRoute, 'method' | 'path'>): string =>
  [method.toLowerCase(), ...path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')]
    .map((word, n) => (n === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
    .join('');

/** One schema that accepts what any of the given schemas accepts. */
function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const different = [...new Map(schemas.map((each) => [JSON.stringify(each), each])).values()];
  const [only, ...more] = different;
  return more.length === 0 ? (only ?? {}) : { anyOf: different };
}

function parametersOf(path: string, schemas: readonly RouteSchemas[]): JsonSchema[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const queries = schemas.flatMap(({ query }) => (query ? queryParameters(query) : []));
  const byName = Map.groupBy(queries, ({ name }: QueryParameter) => name);
  const inQuery = [...byName].map(([name, all]) => ({
    name,
    in: 'query',
    required: false,
    schema: anyOf(all.map(({ schema }) => schema)),
  }));
  return [...inPath, ...inQuery];
}

/**
 * The schema of the body that a route declares. If the function parses the body itself, the schema
 * is any JSON.
 */
function bodyOf(schemas: readonly RouteSchemas[]): JsonSchema {
  const read = schemas.filter(({ hasBody }) => hasBody);
  if (read.length === 0) return {};
  const all = read.map(({ body }) => (body ? sentSchema(body) : {}));
  return { requestBody: json(anyOf(all)) };
}

function responsesOf(key: string, dialect: DialectName): JsonSchema {
  const known = answers[key];
  const done = known
    ? known.statuses.map((status) => [
        String(status),
        { description: 'Done.', ...(known.body && json(answeredSchema(known.body))) },
      ])
    : [['2XX', { description: 'Done.' }]];
  const refused = { description: 'A refusal, with its reason.', ...json(refusalOf(dialect)) };
  return Object.fromEntries([...done, ['default', refused]]);
}

/** The routes of one line of the list: several if they differ in their versions. */
type Behind = { readonly schemas: RouteSchemas; readonly basic?: boolean };

function operationOf(
  { dialect, prefix }: SurfaceRoutes,
  listed: ListedRoute,
  { behind, open }: { readonly behind: readonly Behind[]; readonly open: boolean },
): Operation {
  const key = keyOf(listed);
  const who = listed.roles.length > 0 ? listed.roles.join(', ') : routeTexts[key]?.who;
  const schemas = behind.map((each) => each.schemas);
  const parameters = parametersOf(listed.path, schemas);
  const basic = behind.some((each) => each.basic === true);
  return {
    operationId: operationId(listed),
    tags: [prefix],
    summary: routeTexts[key]?.does ?? '',
    ...(who !== undefined && { description: `Roles: ${who}.` }),
    ...(listed.versions && { 'x-microversions': listed.versions }),
    ...(parameters.length > 0 && { parameters }),
    ...bodyOf(schemas),
    responses: responsesOf(key, dialect),
    security: open ? [] : [{ token: [] }, ...(basic ? [{ basic: [] }] : [])],
  };
}

/** The operations of a surface, each with its path and method. */
function operationsOf(surface: SurfaceRoutes) {
  const behindOf = <T extends { readonly method: string; readonly path: string }>(
    routes: readonly T[],
    { method, path }: ListedRoute,
  ): T[] =>
    routes.filter(
      (each) => each.method === method && shownPath(surface.prefix, each.path) === path,
    );
  return [
    ...listedPublicRoutes(surface).map((listed) => ({
      ...listed,
      operation: operationOf(surface, listed, {
        behind: behindOf(surface.publicRoutes ?? [], listed),
        open: true,
      }),
    })),
    ...listedRoutes(surface).map((listed) => ({
      ...listed,
      operation: operationOf(surface, listed, {
        behind: behindOf(surface.routes, listed),
        open: false,
      }),
    })),
  ];
}

/** The document. The URL of its server is relative to that of the document: two levels up. */
export function openApiDocument(): JsonSchema {
  const operations = surfaces.flatMap(operationsOf);
  const byPath = Map.groupBy(operations, ({ path }) => path);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Doctor',
      version: '1',
      description: 'Fault management for clouds, with the APIs of OpenStack that it speaks.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '../..' }],
    tags: Object.entries(surfaceTexts).map(([name, { is }]) => ({ name, description: is })),
    paths: Object.fromEntries(
      [...byPath].map(([path, its]) => [
        path,
        Object.fromEntries(its.map(({ method, operation }) => [method.toLowerCase(), operation])),
      ]),
    ),
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
        basic: { type: 'http', scheme: 'basic' },
      },
    },
  };
}

/** The text of `docs/reference/openapi.json`. */
export const openApiPage = (): string => `${JSON.stringify(openApiDocument(), null, 1)}\n`;
