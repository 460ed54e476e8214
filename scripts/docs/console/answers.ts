/**
 * The types of the answers of `/doctor/v1`, for the console: made from the OpenAPI document, one
 * file for each subject.
 */
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

/**
 * The subject of a route, by the first segment of its path below `/doctor/v1`: the name of the file
 * with its answer. A segment that is not listed is its own subject.
 */
const subjectOfSegment: Readonly<Record<string, string>> = {
  '': 'documents',
  'openapi.json': 'documents',
  hosts: 'resources',
  servers: 'resources',
  heartbeats: 'resources',
  faults: 'faults',
  'host-history': 'faults',
  events: 'notifications',
  subscriptions: 'notifications',
  'webhook-key': 'notifications',
  silences: 'notifications',
  'alarm-preview': 'notifications',
  alarms: 'notifications',
  conditions: 'monitors',
  sources: 'monitors',
  unmatched: 'monitors',
  inspector: 'monitors',
  alertmanager: 'monitors',
  prometheus: 'monitors',
  am: 'monitors',
  redfish: 'monitors',
  consul: 'monitors',
  changes: 'operations',
  status: 'operations',
  rates: 'operations',
  'dead-letters': 'operations',
};

/** The folder that holds a file for each subject, and nothing else. */
export const answersFolder = 'console/src/api/answers';

const madeBy = '/* Made by "npm run docs" from docs/reference/openapi.json. */';

/** The schema of the first answer with 2xx and a body; undefined if there is none. */
function answeredBy(operation: unknown): JSONSchema | undefined {
  const { responses } = Operation.parse(operation);
  const [, answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? [];
  return answer?.content?.['application/json'].schema;
}

/** OpenAPI's references, rewritten as JSON Schema's. */
const asDefinitions = (schema: JSONSchema): JSONSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/definitions/'));

/** The routes below `/doctor/v1` with the schema of their answer, as `GET /doctor/v1/hosts`, by subject. */
function routesBySubject(
  paths: z.infer<typeof Document>['paths'],
): ReadonlyMap<string, readonly (readonly [string, JSONSchema])[]> {
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/doctor/v1'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => {
        const answered = answeredBy(operation);
        const [segment = ''] = path.split('/').slice(3);
        const subject = subjectOfSegment[segment] ?? segment;
        const name = `${method.toUpperCase()} ${path}`;
        return answered ? [{ subject, route: [name, answered] as const }] : [];
      }),
    );
  const bySubject = Map.groupBy(routes, ({ subject }) => subject);
  return new Map([...bySubject].map(([subject, its]) => [subject, its.map(({ route }) => route)]));
}

/** `host-history` as `HostHistoryAnswers`. */
const typeOf = (subject: string): string => {
  const words = subject.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Answers`;
};

/** The file that joins the subjects. */
function joined(subjects: readonly string[]): string {
  const imports = subjects.map(
    (subject) => `import type { ${typeOf(subject)} } from './answers/${subject}.ts';`,
  );
  return `${madeBy}
${imports.join('\n')}

/** The answers of all subjects. */
export type DoctorAnswers = ${subjects.map(typeOf).join(' &\n  ')};
`;
}

/**
 * The files of `console/src/api/` with the types of answers, by their path from the repository's root: one for each
 * subject, and one that joins them.
 * @param openApi the text of the OpenAPI document.
 */
export async function consoleAnswers(openApi: string): Promise<ReadonlyMap<string, string>> {
  const { paths, components } = Document.parse(JSON.parse(openApi));
  const subjects = [...routesBySubject(paths)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = await Promise.all(
    subjects.map(async ([subject, routes]): Promise<[string, string]> => {
      const schema: JSONSchema = {
        title: typeOf(subject),
        type: 'object',
        additionalProperties: false,
        required: routes.map(([route]) => route),
        properties: Object.fromEntries(routes),
        definitions: components.schemas,
      };
      const text = await compile(asDefinitions(schema), typeOf(subject), {
        bannerComment: `${madeBy}\n/** What each route answers with 2xx, by its method and path. */`,
        additionalProperties: false,
        strictIndexSignatures: true,
        unknownAny: true,
        format: true,
      });
      return [`${answersFolder}/${subject}.ts`, text];
    }),
  );
  return new Map([
    ['console/src/api/answers.ts', joined(subjects.map(([subject]) => subject))],
    ...files,
  ]);
}
