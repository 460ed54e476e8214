/**
 * Recomputes the AWS signature of a received request, from the text of the specification and with
 * Node's own functions only. Source:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it was received. */
export type ReceivedRequest = {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A query in the order of its names, as it is signed. */
const canonicalQuery = (query: string): string => query.split('&').sort().join('&');

/** Each segment is encoded once more, as for all services except S3. */
const canonicalPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/');

/**
 * The `Authorization` that a request must have, computed from the headers that it names as signed
 * and from its `x-amz-date`.
 * @throws if it is not signed.
 */
export function expectedAuthorization(
  { method, path, headers, body }: ReceivedRequest,
  secretKey: string,
): string {
  const form = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=/;
  const [, credential = '', names = ''] = form.exec(headers.authorization ?? '') ?? [];
  const [, date = '', region = '', service = ''] = credential.split('/');
  const [bare = '', query = ''] = path.split('?');
  const signedHeaders = names
    .split(';')
    .map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`);
  const canonical = [
    ...[method, canonicalPath(bare), canonicalQuery(query), signedHeaders.join('')],
    ...[names, sha256(body)],
  ].join('\n');
  const scope = [date, region, service, 'aws4_request'].join('/');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secretKey}`,
  );
  const signature = hmac(key, text).toString('hex');
  if (credential === '') throw new Error('the request is not signed');
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
}
