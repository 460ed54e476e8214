/** A stand-in for the Prometheus that the embedded stack asks. It answers as recorded. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { prometheusUrl } from '../../scripts/stack/deploy.ts';
import { readStack } from '../stack/stack.ts';

/** The values of the series that a query finds, by a text within it. */
type Series = Record<string, readonly string[]>;

export type PrometheusStandIn = {
  /** What queries find; one that no key is in finds nothing. */
  readonly series: Series;
  /** The queries that came, in order. */
  readonly queries: string[];
  readonly close: () => Promise<void>;
};

/** Starts it at the address that the stack has in `prometheusUrl`. */
export async function prometheusStandIn(): Promise<PrometheusStandIn> {
  const series: Series = {};
  const queries: string[] = [];
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request));
    const query = form.get('query') ?? '';
    queries.push(query);
    const found = Object.entries(series).find(([name]) => query.includes(name))?.[1] ?? [];
    const time = Number(form.get('time'));
    const result = found.map((value) => ({ metric: {}, value: [time, value] }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  });
  const { port, hostname } = new URL(prometheusUrl(readStack().endpoint));
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(Number(port), hostname, done);
  });
  const close = () => new Promise<void>((done) => server.close(() => done()));
  return { series, queries, close };
}
