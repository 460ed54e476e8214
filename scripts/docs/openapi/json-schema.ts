/** JSON schemas of zod schemas, as an OpenAPI 3.1 document holds them. */
import * as z from 'zod';
import { named } from './answer-schemas.ts';

/** A JSON schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const names = new Map<unknown, string>(
  Object.entries(named).map(([name, schema]) => [schema, name]),
);

/** Schemas that the document names are referred to, but where they are defined. */
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

/** What a client sends. A part that only a function checks is any value. */
export const sentSchema = (schema: z.ZodType): JsonSchema => made(schema, 'input');

/** What a client gets. */
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
 * The parameters of a query by its schema, which reads a map from each name to all its values. Empty
 * if it is not a schema of an object: a function reads it then.
 */
export function queryParameters(schema: z.ZodType): QueryParameter[] {
  const inner = withoutChecks(schema);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, field]) =>
    field instanceof z.ZodType ? [{ name, schema: sentSchema(oneValue(field)) }] : [],
  );
}

/** The schema that comes first: without what is made of its result. */
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
    // The list is reduced to its value first, which the schema behind it reads.
    const { in: from, out } = field.def;
    return out instanceof z.ZodTransform || !(out instanceof z.ZodType) ? oneValue(from) : out;
  }
  if (field instanceof z.ZodArray || field instanceof z.ZodTuple) return z.string();
  return field instanceof z.ZodType ? field : z.string();
}
