/**
 * Names requests to the stand-in by method and path, and lists the ways in which a request can
 * fail.
 */
import type { Disturbance } from './disturbances.ts';
import type { ServedRequest } from './served.ts';

const identifier = /\/(?:[0-9a-f]{8}-[0-9a-f-]{27}|service-[^/]+)/g;

/** A request without its ids, as `PUT /network/v2.0/ports/{id}`. */
export const callOf = ({ method, path }: Pick<ServedRequest, 'method' | 'path'>): string =>
  `${method} ${path.replace(identifier, '/{id}')}`;

export type CallTrouble = {
  readonly how: string;
  /**
   * A disturbance of the next requests of a kind. It disturbs two, because one invocation tries
   * twice.
   */
  readonly disturbance: (call: string) => Disturbance;
};

const requestsOf = (call: string) => {
  const [method = '', path = ''] = call.split(' ');
  const pattern = path
    .split('{id}')
    .map((part) => part.replaceAll('.', '\\.'))
    .join('[^/]+');
  return { method, path: new RegExp(`^${pattern}$`), times: 2 };
};

/** How a request goes wrong. */
export const callTroubles: readonly CallTrouble[] = [
  {
    how: 'fails with 500',
    disturbance: (call) => ({ ...requestsOf(call), how: 'refuse', status: 500 }),
  },
  { how: 'is lost', disturbance: (call) => ({ ...requestsOf(call), how: 'lose' }) },
  {
    how: 'is carried out without an answer',
    disturbance: (call) => ({ ...requestsOf(call), how: 'lose-answer' }),
  },
];
