/** The OpenAPI document: that it is valid, complete, and describes what the routes read and answer. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { answers } from '../../scripts/docs/openapi/answers.ts';
import { openApiDocument } from '../../scripts/docs/openapi/document.ts';
import { queryParameters } from '../../scripts/docs/openapi/json-schema.ts';
import { allRoutes, keyOf } from '../../scripts/docs/routes.ts';

const Operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()),
  security: z.array(z.unknown()),
});

const document = z
  .looseObject({
    openapi: z.string(),
    paths: z.record(z.string(), z.record(z.string(), Operation)),
  })
  .parse(openApiDocument());

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    key: keyOf({ method: method.toUpperCase(), path }),
    path,
    ...operation,
  })),
);

const operationOf = (key: string) => {
  const found = operations.find((each) => each.key === key);
  if (!found) throw new Error(`no operation ${key}`);
  return found;
};

test('it is a valid document of OpenAPI 3.1', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(openApiDocument()));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

test('the validator refuses a document that is wrong', async () => {
  const wrong = { ...openApiDocument(), paths: { 'no-slash': {} } };
  expect((await new Validator().validate(wrong)).valid).toBe(false);
});

test('it has every route of every surface, and no other', () => {
  expect(operations.length).toBeGreaterThan(150);
  expect(operations.map(({ key }) => key).sort()).toEqual(allRoutes.map(keyOf).sort());
});

test('the ids of operations differ', () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every parameter of a path is declared, once', () => {
  for (const { key, path, parameters } of operations) {
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
    expect(inPath, key).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  }
});

test('every route of /doctor/v1 has an answer, and every answer a route', () => {
  const own = allRoutes.map(keyOf).filter((key) => key.includes(' /doctor/'));
  expect(Object.keys(answers).sort()).toEqual(own.sort());
});

test('every reference leads to a schema of the document', () => {
  const text = JSON.stringify(document);
  const named = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = '']) => to);
  const schemas = Object.keys(
    z.looseObject({ schemas: z.record(z.string(), z.unknown()) }).parse(document.components)
      .schemas,
  );
  expect(named.length).toBeGreaterThan(20);
  expect([...new Set(named)].sort()).toEqual(
    schemas.map((name) => `#/components/schemas/${name}`).sort(),
  );
});

test('a query is described by the schema that reads it', () => {
  const { parameters } = operationOf('GET /doctor/v1/faults');
  expect(parameters).toContainEqual({
    name: 'status',
    in: 'query',
    required: false,
    schema: { type: 'string', enum: ['open', 'all'] },
  });
  expect(parameters.map(({ name }) => name).sort()).toEqual(
    ['host', 'limit', 'marker', 'project_id', 'since', 'status', 'until'].sort(),
  );
  expect(queryParameters(z.custom<string>())).toEqual([]);
});

test('a body is described by the schema that reads it', () => {
  expect(operationOf('PUT /doctor/v1/hosts/{host}/data-plane-status').requestBody).toEqual({
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: { data_plane_status: expect.anything() },
          required: ['data_plane_status'],
          additionalProperties: false,
        },
      },
    },
  });
  expect(operationOf('GET /doctor/v1/faults').requestBody).toBeUndefined();
});

test('only routes that need no token have no security', () => {
  expect(operationOf('GET /doctor/v1/openapi.json').security).toEqual([]);
  expect(operationOf('GET /doctor/v1/faults').security).toEqual([{ token: [] }]);
  expect(operationOf('POST /doctor/v1/events').security).toEqual([{ token: [] }, { basic: [] }]);
});
