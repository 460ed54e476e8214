/** The types of what `/doctor/v1` answers, for the console: made of the OpenAPI document. */
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import * as z from 'zod';

const Operation = z.object({
  responses: z.record(
    z.string(),
    z.object({
      content: z
        .object({ 'application/json': z.object({ schema: z.record(z.string(), z.unknown()) }) })
        .optional(),
    }),
  ),
});
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

const banner = `/* Made by "npm run docs" of docs/reference/openapi.json. */
/** What each route of \`/doctor/v1\` answers with 2xx, by its method and path. */`;

/** The schema of the first answer with 2xx and a body; undefined if there is none. */
function answeredBy(operation: unknown): JSONSchema | undefined {
  const { responses } = Operation.parse(operation);
  const [, answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
  return answer?.content?.['application/json'].schema;
}

/** References of OpenAPI as JSON Schema has them. */
const asDefinitions = (schema: JSONSchema): JSONSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/definitions/'));

/** The text of `console/src/api/answers.ts`. @param openApi the text of the OpenAPI document. */
export async function consoleAnswers(openApi: string): Promise<string> {
  const { paths, components } = Document.parse(JSON.parse(openApi));
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/doctor/v1'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]): [string, JSONSchema][] => {
        const answered = answeredBy(operation);
        return answered ? [[`${method.toUpperCase()} ${path}`, answered]] : [];
      }),
    );
  const schema: JSONSchema = {
    title: 'DoctorAnswers',
    type: 'object',
    additionalProperties: false,
    required: routes.map(([route]) => route),
    properties: Object.fromEntries(routes),
    definitions: components.schemas,
  };
  return compile(asDefinitions(schema), 'DoctorAnswers', {
    bannerComment: banner,
    additionalProperties: false,
    strictIndexSignatures: true,
    unknownAny: true,
    format: true,
  });
}
