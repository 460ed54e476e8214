/** A stand-in for the Prometheus that the embedded stack queries. It repeats recorded answers. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { prometheusUrl } from '../../scripts/stack/deploy.ts';
import { readStack } from '../stack/stack.ts';

/** The values of the series that queries find, by a text in the query. */
type Series = Record<string, readonly string[]>;

export type PrometheusStandIn = {
  /**
   * The values that queries find, by a text in the query. A query that contains no such text finds
   * nothing.
   */
  readonly series: Series;
  /** The received queries, in order. */
  readonly queries: string[];
  readonly close: () => Promise<void>;
};

/** Starts the stand-in at the address of the stack's setting `prometheusUrl`. */
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
