/**
 * What `PUT /os-hosts/{host}` takes: Nova's flat body, or OPNFV Doctor's, wrapped in `host`.
 * Sources: nova `api/openstack/compute/schemas/hosts.py`;
 * docs/wire/compute.md#the-report-in-os-hosts.
 */
import * as z from 'zod';
import type { ServiceUpdate } from '../../../domain/hosts/host-fault.ts';

const spellings = (word: string): string[] => [
  word,
  `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`,
  word.toUpperCase(),
];

/** `enable` or `disable` in lower, Capital or UPPER case; whether it is `enable`. */
const Switch = z
  .enum([...spellings('enable'), ...spellings('disable')], 'Must be enable or disable.')
  .transform((word) => word.toLowerCase() === 'enable');

/** A JSON boolean, or its name in any case. */
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

/** The update as asked for, and in which envelope. */
export type HostUpdate = {
  readonly wrapped: boolean;
  readonly asked: z.infer<typeof Fields>;
  readonly update: ServiceUpdate;
};

const Wrapped = z.strictObject({ host: Fields }).transform(({ host }) => host);

export const HostUpdateInput = z.unknown().transform((body, context): HostUpdate => {
  const wrapped = typeof body === 'object' && body !== null && 'host' in body;
  const fields = (wrapped ? Wrapped : Fields).safeParse(body);
  if (!fields.success) {
    // Issues of a schema within are told as they are, under their own paths.
    for (const issue of fields.error.issues) context.addIssue({ ...issue });
    return z.NEVER;
  }
  const { status, maintenance_mode, host_down_reported } = fields.data;
  return {
    wrapped,
    asked: fields.data,
    update: {
      ...(status === undefined
        ? {}
        : { status: status ? 'enabled' : 'disabled', disabled_reason: null }),
      ...(maintenance_mode === undefined ? {} : { maintenance: maintenance_mode }),
      ...(host_down_reported === undefined ? {} : { forced_down: host_down_reported }),
    },
  };
});
