/** Requests that are refused, and the paths that they are sent to. */
import { expect } from 'vitest';
import type { DialectName } from '../../adapters/http/dialects.ts';
import type { Client } from '../stack/stack.ts';
import { at, expectStatus } from './cloud.ts';
import { refusals } from './dialects.ts';

/** A request that is refused, by default a GET. */
export type Case = {
  readonly dialect: DialectName;
  readonly path: string;
  /** A text that the error message must contain. */
  readonly field?: string;
  readonly version?: string;
};

/** Sends the request, and expects an error in the shape of its dialect. */
export async function refused(client: Client, status: number, asked: Case & { method?: string }) {
  const { dialect, path, field, version = '2.94', method = 'GET' } = asked;
  const answer = await client.call(
    method,
    path,
    dialect === 'compute' ? { headers: at(version) } : {},
  );
  expectStatus(answer, status);
  expect(answer.body).toEqual(refusals[dialect](status, field));
}

/** Longer than any text that is accepted. */
export const long = 'x'.repeat(3_000);

export const servers = '/compute/v2.1/servers';
export const services = '/compute/v2.1/os-services';
export const hosts = '/compute/v2.1/os-hosts';
export const migrations = '/compute/v2.1/os-migrations';
export const alarms = '/alarming/v2/alarms';
export const faults = '/doctor/v1/faults';
export const ports = '/network/v2.0/ports';
