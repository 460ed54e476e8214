/**
 * `GET /doctor/v1/status`: counts of the whole cloud, and what waits in the queues; `GET /doctor/v1/rates`:
 * the same minute by minute. For administrators: the counts are of all projects.
 */
import * as z from 'zod';
import { once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { may } from '../../domain/identity/access.ts';
import type { CloudStatus } from '../../flows/cloud-status.ts';
import type { Rates } from '../../flows/rates.ts';

/** The dependencies of the routes. */
export type StatusDeps = {
  readonly status: () => Promise<CloudStatus>;
  /** The minutes of so many last hours, oldest first. */
  readonly rates: (hours: number) => Promise<Rates>;
};

/** The longest time for which minutes are kept. */
const mostHours = 24;
const usualHours = 3;

const Hours = z
  .string()
  .regex(/^[1-9]\d?$/, `Must be a number of hours from 1 to ${mostHours}.`)
  .transform(Number)
  .refine((hours) => hours <= mostHours, `Must be at most ${mostHours}.`);

/** The query of `rates`; an unknown key is refused. */
export const RatesQuery = z.strictObject({ hours: once(Hours) });

const roles = may.operate;

export const statusRoutes = ({ status, rates }: StatusDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/status',
    roles,
    query: ignored,
    body: ignored,
    handle: async () => ({ status: 200, body: await status() }),
  }),
  route({
    method: 'GET',
    path: '/v1/rates',
    roles,
    query: RatesQuery,
    body: ignored,
    handle: async ({ args: { hours = usualHours } }) => ({
      status: 200,
      body: await rates(hours),
    }),
  }),
];
