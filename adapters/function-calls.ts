/**
 * Requests from one function to another, as the gateway sends them, by Lambda's API `Invoke`. It is
 * one signed POST; the SDK's client for it would add a fifth to the bundle. Source:
 * docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import type { Log } from './lambda.ts';

/** The longest time of a call, in milliseconds: the request for which it is made may take 29 s in all. */
const longestMs = 10_000;

const Result = z.object({ statusCode: z.int(), body: z.string() });

/** What a function answered: the status, and its body as JSON; undefined if it has none. */
export type FunctionAnswer = { readonly status: number; readonly body: unknown };

class Sha256 extends Hash {
  constructor(secret?: ConstructorParameters<typeof Hash>[1]) {
    super('sha256', secret);
  }
}

/** Where Lambda's API is, and which of the functions are called. */
export type FunctionCallOptions = {
  readonly region: string;
  /** The address of an emulator; undefined: AWS. */
  readonly endpoint: string | undefined;
  /** Names of functions, by the name under which they are called. */
  readonly functions: Readonly<Record<string, string>>;
  readonly log: Log;
};

const unreached: FunctionAnswer = {
  status: 503,
  body: { error: { code: 503, message: 'It could not be read. It will be read again.' } },
};

/** Calls functions. An answer that does not come is logged, and is a 503. */
export function functionCalls({ region, endpoint, functions, log }: FunctionCallOptions) {
  const signer = new SignatureV4({
    service: 'lambda',
    region,
    credentials: fromEnv(),
    sha256: Sha256,
  });
  const root = endpoint ?? `https://lambda.${region}.amazonaws.com`;
  const invoke = async (name: string, event: object): Promise<FunctionAnswer> => {
    const url = new URL(`/2015-03-31/functions/${functions[name]}/invocations`, root);
    const body = JSON.stringify(event);
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { 'content-type': 'application/json', host: url.host },
      body,
    });
    const { host, ...rest } = headers;
    const signal = AbortSignal.timeout(longestMs);
    const response = await fetch(url, { method: 'POST', headers: rest, body, signal });
    const text = await response.text();
    if (!response.ok || response.headers.has('x-amz-function-error')) {
      throw new Error(`Lambda answered ${response.status}: ${text.slice(0, 200)}`);
    }
    const result = Result.parse(JSON.parse(text));
    return {
      status: result.statusCode,
      body: result.body === '' ? undefined : JSON.parse(result.body),
    };
  };
  return {
    callReader: async (name: string, event: object): Promise<FunctionAnswer> => {
      try {
        return await invoke(name, event);
      } catch (error) {
        log.error('a function could not be called', { name, error });
        return unreached;
      }
    },
  };
}
