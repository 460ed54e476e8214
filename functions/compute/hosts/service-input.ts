/** What `os-services` takes. Source: nova `api/openstack/compute/schemas/services.py`. */
import * as z from 'zod';
import { HostName } from '../../../domain/hosts/host.ts';
import type { ServiceUpdate } from '../../../domain/hosts/host-fault.ts';
import { text } from '../../../domain/text.ts';
import { NovaBoolean } from '../nova-types.ts';

const ByName = z.strictObject({ host: HostName, binary: z.string().min(1).max(255) });
const Reason = text(255).min(1);

export const actionNames = ['enable', 'disable', 'disable-log-reason', 'force-down'] as const;
export type ActionName = (typeof actionNames)[number];
export type NamedUpdate = {
  readonly host: string;
  readonly binary: string;
  readonly update: ServiceUpdate;
};

/** Bodies of the actions of microversions before 2.53. */
export const actions: Record<ActionName, z.ZodType<NamedUpdate>> = {
  enable: ByName.transform((by) => ({
    ...by,
    update: { status: 'enabled', disabled_reason: null },
  })),
  // A reason sent here is dropped, as Nova drops it.
  disable: ByName.extend({ disabled_reason: Reason.optional() }).transform(({ host, binary }) => ({
    host,
    binary,
    update: { status: 'disabled', disabled_reason: null },
  })),
  'disable-log-reason': ByName.extend({ disabled_reason: Reason }).transform(
    ({ disabled_reason, ...by }) => ({ ...by, update: { status: 'disabled', disabled_reason } }),
  ),
  'force-down': ByName.extend({ forced_down: NovaBoolean }).transform(({ forced_down, ...by }) => ({
    ...by,
    update: { forced_down },
  })),
};

/** Body of `PUT /os-services/{uuid}`, from 2.53 on. */
export const Update = z
  .strictObject({
    status: z.enum(['enabled', 'disabled']).optional(),
    disabled_reason: Reason.optional(),
    forced_down: NovaBoolean.optional(),
  })
  .refine(
    ({ status, forced_down }) => status !== undefined || forced_down !== undefined,
    'One of status and forced_down is needed.',
  )
  .refine(
    ({ status, disabled_reason }) => disabled_reason === undefined || status === 'disabled',
    'disabled_reason goes with status disabled only.',
  )
  .transform(
    ({ status, disabled_reason = null, forced_down }): ServiceUpdate => ({
      ...(status === undefined ? {} : { status, disabled_reason }),
      ...(forced_down === undefined ? {} : { forced_down }),
    }),
  );
