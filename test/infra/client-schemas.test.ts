/** Schemas and errors of the SDK's clients that no function uses are left out, and nothing else changes. */
import { globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { bundling } from '../../infra/bundling.ts';
import { knownErrors } from '../../infra/client-schemas.ts';
import { lean } from '../../infra/lean-modules.ts';

const root = join(import.meta.dirname, '../..');

/** Calls both clients, and tells about the error of each. */
const program = `
import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { NotFoundException, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
export async function errorsOf(endpoint) {
  const settings = { endpoint, region: 'us-east-1', maxAttempts: 1, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const tell = async (call) => {
    const error = await call.catch((thrown) => thrown);
    return {
      name: error.name,
      message: error.message,
      fault: error.$fault,
      isConditional: error instanceof ConditionalCheckFailedException,
      isNotFound: error instanceof NotFoundException,
      item: error.Item,
    };
  };
  return {
    dynamodb: await tell(new DynamoDBClient(settings).send(new GetItemCommand({ TableName: 't', Key: { id: { S: 'a' } } }))),
    sns: await tell(new SNSClient(settings).send(new PublishCommand({ TopicArn: 'a', Message: 'b' }))),
  };
}
`;

const Told = z.object({
  name: z.string(),
  message: z.string(),
  fault: z.string(),
  isConditional: z.boolean(),
  isNotFound: z.boolean(),
  item: z.unknown(),
});
const Program = z.object({
  errorsOf: z.function({
    input: [z.string()],
    output: z.promise(z.object({ dynamodb: Told, sns: Told })),
  }),
});

async function loaded() {
  const { outputFiles } = await build({
    ...bundling,
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    write: false,
    format: 'cjs',
    plugins: [lean()],
  });
  const file = join(mkdtempSync(join(tmpdir(), 'doctor-errors-')), 'index.cjs');
  const text = outputFiles[0]?.text ?? '';
  writeFileSync(file, text);
  return { text, ...Program.parse(createRequire(import.meta.url)(file)) };
}

/** A service that answers every request with the error, to DynamoDB in JSON, to SNS in XML. */
async function answering(code: string, inDynamodb: object) {
  const server = createServer((request, response) => {
    response.statusCode = 400;
    response.end(
      request.headers['x-amz-target']
        ? JSON.stringify({
            __type: `com.amazonaws.dynamodb.v20120810#${code}`,
            message: 'why',
            ...inDynamodb,
          })
        : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>why</Message></Error></ErrorResponse>`,
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = z.object({ port: z.int() }).parse(server.address());
  return { url: `http://127.0.0.1:${address.port}`, [Symbol.dispose]: () => server.close() };
}

test('an error that Doctor knows keeps its class and what it carries', async () => {
  const { errorsOf } = await loaded();
  const item = { id: { S: 'a' } };
  using conditional = await answering('ConditionalCheckFailedException', { Item: item });
  expect((await errorsOf(conditional.url)).dynamodb).toEqual({
    name: 'ConditionalCheckFailedException',
    message: 'why',
    fault: 'client',
    isConditional: true,
    isNotFound: false,
    item,
  });
  // SNS's name on the wire is not that of the class.
  using notFound = await answering('NotFound', {});
  expect((await errorsOf(notFound.url)).sns).toMatchObject({
    name: 'NotFoundException',
    message: 'why',
    isNotFound: true,
  });
});

test('any other error keeps its name and its message', async () => {
  const { errorsOf, text } = await loaded();
  expect(text).not.toContain('ResourceNotFoundException');
  using missing = await answering('ResourceNotFoundException', {});
  const told = { name: 'ResourceNotFoundException', message: 'why', fault: 'client' };
  const different = { isConditional: false, isNotFound: false };
  expect(await errorsOf(missing.url)).toEqual({
    dynamodb: { ...told, ...different, item: undefined },
    sns: { ...told, ...different, item: undefined },
  });
});

test('a schema of an operation that is not used is left out', async () => {
  const { text } = await loaded();
  expect(text).toContain('GetItemInput');
  for (const other of ['CreateTableInput', 'ExportTableToPointInTime', 'CreateTopicInput']) {
    expect(text).not.toContain(other);
  }
});

test('every error that a function names is known, and every known one exists', () => {
  const defined = new Set(
    globSync('node_modules/@aws-sdk/client-*/dist-es/models/errors.js', { cwd: root }).flatMap(
      (file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(/^export class (\w+)/gm)].map(
          ([, name = '']) => name,
        ),
    ),
  );
  expect(defined.size).toBeGreaterThan(80);
  const sources = globSync('{adapters,dialects,domain,flows,functions}/**/*.ts', { cwd: root });
  const words = new Set(
    sources.flatMap((file) => readFileSync(join(root, file), 'utf8').match(/\b[A-Z]\w+/g) ?? []),
  );
  const named = [...defined].filter((name) => words.has(name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !knownErrors.has(name))).toEqual([]);
  expect([...knownErrors].filter((name) => !defined.has(name))).toEqual([]);
});
