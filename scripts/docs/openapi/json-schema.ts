/** JSON schemas of zod schemas, as an OpenAPI 3.1 document holds them. */
import * as z from 'zod';
import { named } from './answer-schemas.ts';

/** A JSON schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const names = new Map<unknown, string>(
  Object.entries(named).map(([name, schema]) => [schema, name]),
);

/**
 * Options that replace each schema that the document names by a reference, except `root`, the one
 * that is being defined.
 */
const options = (io: 'input' | 'output', root: string | undefined) =>
  ({
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const name = names.get(zodSchema);
      if (name === undefined || name === root) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.$ref = `#/components/schemas/${name}`;
    },
  }) satisfies Parameters<typeof z.toJSONSchema>[1];

function made(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, options(io, names.get(schema)));
  return json;
}

/**
 * The JSON schema of what a client sends. Any value is allowed for a part that only a function
 * checks.
 */
export const sentSchema = (schema: z.ZodType): JsonSchema => made(schema, 'input');

/** The JSON schema of what a client receives. */
export function answeredSchema(schema: z.ZodType): JsonSchema {
  const name = names.get(schema);
  return name === undefined ? made(schema, 'output') : { $ref: `#/components/schemas/${name}` };
}

/** The schemas that the document names. */
export const namedSchemas = (): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, made(schema, 'output')]));

/** A parameter of a query. */
export type QueryParameter = { readonly name: string; readonly schema: JsonSchema };

/**
 * The parameters that the schema of a query declares. Such a schema reads a map from each name to
 * all its values. Empty if the schema is not that of an object: then a function reads the query.
 */
export function queryParameters(schema: z.ZodType): QueryParameter[] {
  const inner = withoutChecks(schema);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, field]) =>
    field instanceof z.ZodType ? [{ name, schema: sentSchema(oneValue(field)) }] : [],
  );
}

/** The first schema of a pipe, without the transformations after it. */
function withoutChecks(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return withoutChecks(schema.def.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return withoutChecks(schema.def.innerType);
  return schema;
}

/** The schema of one value of a field that is read from the list of all its values. */
function oneValue(field: unknown): z.ZodType {
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault) {
    return oneValue(field.def.innerType);
  }
  if (field instanceof z.ZodPipe) {
    // The first schema reduces the list to one value, which the second schema reads.
    const { in: from, out } = field.def;
    return out instanceof z.ZodTransform || !(out instanceof z.ZodType) ? oneValue(from) : out;
  }
  if (field instanceof z.ZodArray || field instanceof z.ZodTuple) return z.string();
  return field instanceof z.ZodType ? field : z.string();
}
