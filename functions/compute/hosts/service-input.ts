/** What `os-services` takes. Source: nova `api/openstack/compute/schemas/services.py`. */
import * as z from 'zod';
import { HostName } from '../../../domain/hosts/host.ts';
import type { ServiceUpdate } from '../../../domain/hosts/host-fault.ts';
import { text } from '../../../domain/text.ts';
import { NovaBoolean } from '../nova-types.ts';

const Reason = text(255).min(1);

/** Every action takes every field of its microversion, and ignores those that it does not need. */
const Named = z.strictObject({
  host: HostName,
  binary: z.string().min(1).max(255),
  disabled_reason: Reason.optional(),
});
const Flagged = Named.extend({ forced_down: NovaBoolean.optional() });

export const actionNames = ['enable', 'disable', 'disable-log-reason', 'force-down'] as const;
export type ActionName = (typeof actionNames)[number];
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

/** What each action makes of the fields; a text is the name of a field that it needs. */
const meanings: Record<ActionName, (fields: Fields) => ServiceUpdate | keyof Fields> = {
  enable: () => ({ status: 'enabled', disabled_reason: null }),
  // A reason sent here is dropped, as Nova drops it.
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

/** The actions of microversions before 2.53, each with the body that it takes. */
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
 * Body of `PUT /os-services/{uuid}`, from 2.53 on. A `disabled_reason` without a `status` is ignored:
 * a report that a host is down counts, whatever stands beside it.
 * Source: nova `api/openstack/compute/services.py`, `_update_v253`.
 */
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
    ({ status, disabled_reason }) => disabled_reason === undefined || status !== 'enabled',
    'disabled_reason does not go with status enabled.',
  )
  .transform(
    ({ status, disabled_reason = null, forced_down }): ServiceUpdate => ({
      ...(status === undefined ? {} : { status, disabled_reason }),
      ...(forced_down === undefined ? {} : { forced_down }),
    }),
  );
