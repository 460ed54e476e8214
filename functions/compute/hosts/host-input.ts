/**
 * The body of `PUT /os-hosts/{host}`: Nova's flat body, or OPNFV Doctor's, wrapped in `host`.
 * Sources: nova `api/openstack/compute/schemas/hosts.py`;
 * docs/wire/compute.md#the-report-in-os-hosts.
 */
import * as z from 'zod';
import { parsed } from '../../../adapters/http/parsed.ts';
import type { ServiceUpdate } from '../../../domain/hosts/service-update.ts';

const spellings = (word: string): string[] => [
  word,
  `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`,
  word.toUpperCase(),
];

/** `enable` (true) or `disable` (false), in lower, Capital or UPPER case. */
const Switch = z
  .enum([...spellings('enable'), ...spellings('disable')], 'Must be enable or disable.')
  .transform((word) => word.toLowerCase() === 'enable');

/** A JSON boolean, or `true` or `false` as a text in any case. */
const Truth = z.union(
  [
    z.boolean(),
    z
      .string()
      .regex(/^(true|false)$/i)
      .transform((word) => word.toLowerCase() === 'true'),
  ],
  'Must be true or false.',
);

const Fields = z
  .strictObject({
    status: Switch.optional(),
    maintenance_mode: Switch.optional(),
    host_down_reported: Truth.optional(),
  })
  .refine(
    (fields) => Object.values(fields).some((value) => value !== undefined),
    'One of status, maintenance_mode and host_down_reported is needed.',
  );

/**
 * The requested update: its fields, the change of the service, and whether it was wrapped in
 * `host`.
 */
export type HostUpdate = {
  readonly wrapped: boolean;
  readonly fields: z.infer<typeof Fields>;
  readonly update: ServiceUpdate;
};

const Wrapped = z.strictObject({ host: Fields }).transform(({ host }) => host);

/** Reads the body as an update. @throws invalid with the name of a wrong field. */
export function hostUpdateOf(body: unknown): HostUpdate {
  const wrapped = typeof body === 'object' && body !== null && 'host' in body;
  const fields = wrapped ? parsed(Wrapped, body) : parsed(Fields, body);
  const { status, maintenance_mode, host_down_reported } = fields;
  return {
    wrapped,
    fields,
    update: {
      ...(status === undefined
        ? {}
        : { status: status ? 'enabled' : 'disabled', disabled_reason: null }),
      ...(maintenance_mode === undefined ? {} : { maintenance: maintenance_mode }),
      ...(host_down_reported === undefined ? {} : { forced_down: host_down_reported }),
    },
  };
}
