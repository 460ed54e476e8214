/** The bodies of `os-services`. Source: nova `api/openstack/compute/schemas/services.py`. */
import * as z from 'zod';
import { HostName } from '../../../domain/hosts/host.ts';
import type { ServiceUpdate } from '../../../domain/hosts/service-update.ts';
import { text } from '../../../domain/text.ts';
import { NovaBoolean } from '../nova-types.ts';

const Reason = text(255).min(1);

/** Every action accepts all fields of its microversion, and ignores those that it does not need. */
const Named = z.strictObject({
  host: HostName,
  binary: z.string().min(1).max(255),
  disabled_reason: Reason.optional(),
});
const Flagged = Named.extend({ forced_down: NovaBoolean.optional() });

/** The actions of microversions before 2.53. */
export const actionNames = ['enable', 'disable', 'disable-log-reason', 'force-down'] as const;
export type ActionName = (typeof actionNames)[number];
/** An update of the service of a host, both named in the body. */
export type NamedUpdate = {
  readonly host: string;
  readonly binary: string;
  readonly update: ServiceUpdate;
};

type Fields = {
  readonly host: string;
  readonly binary: string;
  readonly disabled_reason?: string | undefined;
  readonly forced_down?: boolean | undefined;
};

/** The update that each action makes; a text is the name of a required field that is missing. */
const meanings: Record<ActionName, (fields: Fields) => ServiceUpdate | keyof Fields> = {
  enable: () => ({ status: 'enabled', disabled_reason: null }),
  // Nova drops a reason that is sent here.
  disable: () => ({ status: 'disabled', disabled_reason: null }),
  'disable-log-reason': ({ disabled_reason }) =>
    disabled_reason === undefined ? 'disabled_reason' : { status: 'disabled', disabled_reason },
  'force-down': ({ forced_down }) => (forced_down === undefined ? 'forced_down' : { forced_down }),
};

const bodyOf = (name: ActionName, fields: z.ZodType<Fields>): z.ZodType<NamedUpdate> =>
  fields.transform((given, context) => {
    const { host, binary } = given;
    const update = meanings[name](given);
    if (typeof update !== 'string') return { host, binary, update };
    context.addIssue({ code: 'custom', path: [update], message: 'It is missing.' });
    return z.NEVER;
  });

/** The actions of microversions before 2.53, with the body of each. */
export const serviceActionEras: readonly {
  readonly name: ActionName;
  readonly versions: { readonly from: string; readonly to: string };
  readonly body: z.ZodType<NamedUpdate>;
}[] = actionNames.flatMap((name) => [
  ...(name === 'force-down'
    ? []
    : [{ name, versions: { from: '2.1', to: '2.10' }, body: bodyOf(name, Named) }]),
  { name, versions: { from: '2.11', to: '2.52' }, body: bodyOf(name, Flagged) },
]);

/**
 * Body of `PUT /os-services/{uuid}`, from 2.53 on. A `disabled_reason` without a `status` is ignored, so
 * that a report that a host is down is not refused.
 * Source: nova `api/openstack/compute/services.py`, `_update_v253`.
 */
export const ServiceUpdateInput = z
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
    ({ status, disabled_reason }) => disabled_reason === undefined || status !== 'enabled',
    'disabled_reason does not go with status enabled.',
  )
  .transform(
    ({ status, disabled_reason = null, forced_down }): ServiceUpdate => ({
      ...(status === undefined ? {} : { status, disabled_reason }),
      ...(forced_down === undefined ? {} : { forced_down }),
    }),
  );
