/**
 * Packages that are loaded when they are first needed, because few requests need them. A function's
 * bundle leaves them out and has them beside it (`infra/bundling.ts`), so that its start is shorter.
 * Node keeps what is loaded, so each is loaded once.
 */
import { createRequire } from 'node:module';

const load = createRequire(import.meta.filename);

/** RE2's regular expressions. */
export const re2js = (): typeof import('re2js') => load('re2js');

/** The fields of cron, and time zones. */
export const croner = (): typeof import('croner') => load('croner');

/** The parser of PromQL that Prometheus's own console uses. */
export const promql = (): typeof import('@prometheus-io/lezer-promql') =>
  load('@prometheus-io/lezer-promql');
