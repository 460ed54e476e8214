import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import * as z from 'zod';

/** A logger that writes nothing. */
export const quiet = new Logger({ logLevel: 'SILENT' });

export type Call = {
  method?: string;
  /** The path below the stage, as API Gateway gives it: `/compute/v2.1/servers`. */
  path: string;
  query?: Record<string, string[]>;
  headers?: Record<string, string>;
  /** The body. It is sent as JSON; a text is sent unchanged. */
  body?: unknown;
};

export type Answer = { status: number; headers: Record<string, string>; body: unknown };

/** A function behind the gateway. */
type Surface = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** The answer of a surface to a request, without a gateway between them. */
export async function call(surface: Surface, request: Call) {
  const result = await surface(proxyEvent(request), lambdaContext);
  return answerOf(result);
}

function answerOf(result: APIGatewayProxyResult): Answer {
  const { statusCode, headers, multiValueHeaders = {}, body } = result;
  const lines = Object.entries(multiValueHeaders).map(([name, values]) => [
    name,
    values.join(', '),
  ]);
  const all = { ...headers, ...Object.fromEntries(lines) };
  const texts = z.record(z.string(), z.string()).parse(all);
  return { status: statusCode, headers: texts, body: body === '' ? undefined : JSON.parse(body) };
}

/** `/compute` and the paths below it, as `infra/api.ts` defines the gateway's resources. */
function resourceOf(path: string) {
  const [, surface = '', below] = /^\/+([^/]*)(?:\/+(.*))?$/.exec(path) ?? [];
  return below === undefined
    ? { resource: `/${surface}`, pathParameters: null }
    : { resource: `/${surface}/{proxy+}`, pathParameters: { proxy: below } };
}

/** API Gateway's proxy event (REST, payload 1.0) of a request to `https://api.test/api`. */
export function proxyEvent({
  method = 'GET',
  path,
  query = {},
  headers = {},
  body,
}: Call): APIGatewayProxyEvent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const last = Object.entries(query).map(([name, values]) => [name, values.at(-1)]);
  return {
    httpMethod: method,
    path,
    ...resourceOf(path),
    headers: { ...(text !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    multiValueHeaders: {},
    queryStringParameters: Object.fromEntries(last),
    multiValueQueryStringParameters: query,
    stageVariables: null,
    isBase64Encoded: false,
    body: text ?? null,
    requestContext: {
      accountId: '000000000000',
      apiId: 'doctor',
      authorizer: null,
      domainName: 'api.test',
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        user: null,
        userAgent: null,
        userArn: null,
      },
      path: `/api${path}`,
      protocol: 'HTTP/1.1',
      requestId: 'gateway-request',
      requestTimeEpoch: 0,
      resourceId: 'resource',
      resourcePath: resourceOf(path).resource,
      stage: 'api',
    },
  };
}

/** The context object that Lambda passes to a function. */
export const lambdaContext: Context = {
  awsRequestId: 'lambda-request',
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'under-test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:under-test',
  logGroupName: '/aws/lambda/under-test',
  logStreamName: 'stream',
  memoryLimitInMB: '1024',
  getRemainingTimeInMillis: () => 28_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};
