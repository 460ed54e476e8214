/**
 * The bodies of `POST /servers/{id}/action`. Source: nova
 * `api/openstack/compute/schemas/servers.py`.
 */
import * as z from 'zod';
import { HostName } from '../../../domain/hosts/host.ts';
import type { ServerAction } from '../../../domain/servers/server-action.ts';
import { text } from '../../../domain/text.ts';
import { NovaBoolean } from '../nova-types.ts';

/** A requested action on one server. */
export type ServerActionInput =
  | ServerAction
  | EvacuateAction
  | LockAction
  | { readonly name: 'forceDelete' };

/** A request to lock or to unlock. */
export type LockAction =
  | { readonly name: 'unlock' }
  | {
      readonly name: 'lock';
      /** Undefined if no reason is given. */
      readonly reason: string | undefined;
    };

/** A request to evacuate. */
export type EvacuateAction = {
  readonly name: 'evacuate';
  /** The target's name; undefined for any. */
  readonly target: string | undefined;
  /** The requested password of the guest; undefined if none is given. Doctor does not store it. */
  readonly adminPass: string | undefined;
};

/** The value of an action without arguments: Nova does not check it. Most clients send null. */
const Anything = z.unknown();

const inputs: Readonly<Record<string, z.ZodType<ServerActionInput>>> = {
  'os-resetState': z
    .strictObject({ state: z.enum(['active', 'error']) })
    .transform(({ state }) => ({ name: 'os-resetState', state })),
  'os-stop': Anything.transform(() => ({ name: 'os-stop' })),
  'os-start': Anything.transform(() => ({ name: 'os-start' })),
  unlock: Anything.transform(() => ({ name: 'unlock' })),
  forceDelete: Anything.transform(() => ({ name: 'forceDelete' })),
};

/** The argument of `lock`: any value, and from 2.73 on a reason or null. */
const locks = {
  first: Anything.transform((): LockAction => ({ name: 'lock', reason: undefined })),
  reasoned: z
    .strictObject({ locked_reason: text(255).min(1).optional() })
    .nullable()
    .transform((given): LockAction => ({ name: 'lock', reason: given?.locked_reason })),
};

const target = { host: HostName.optional(), adminPass: z.string().optional() };

const evacuation = ({
  host,
  adminPass,
}: {
  host?: string | undefined;
  adminPass?: string | undefined;
}): EvacuateAction => ({ name: 'evacuate', target: host, adminPass });

/** The arguments of the actions that changed with a microversion. */
export type EraInputs = {
  readonly evacuate: z.ZodType<EvacuateAction>;
  readonly lock: z.ZodType<LockAction>;
};

/**
 * The arguments of `evacuate`, by microversion. `force` skips only nova's scheduler: a host that is down
 * cannot be a target with it either. Source: docs/wire/compute.md#evacuation.
 */
const evacuations: readonly {
  readonly from: string;
  readonly to?: string;
  readonly evacuate: z.ZodType<EvacuateAction>;
}[] = [
  {
    from: '2.1',
    to: '2.13',
    evacuate: z
      .strictObject({ ...target, onSharedStorage: NovaBoolean })
      .refine(({ adminPass, onSharedStorage }) => adminPass === undefined || !onSharedStorage, {
        path: ['adminPass'],
        error: 'No password is set on shared storage.',
      })
      .transform(evacuation),
  },
  { from: '2.14', to: '2.28', evacuate: z.strictObject(target).transform(evacuation) },
  {
    from: '2.29',
    to: '2.67',
    evacuate: z
      .strictObject({ ...target, force: NovaBoolean.optional() })
      .refine(({ host, force }) => host !== undefined || !force, {
        path: ['force'],
        error: 'It needs a host.',
      })
      .transform(evacuation),
  },
  { from: '2.68', to: '2.72', evacuate: z.strictObject(target).transform(evacuation) },
  { from: '2.73', evacuate: z.strictObject(target).transform(evacuation) },
];

/** The arguments that changed, by the first and last microversion. */
export const serverActionEras = evacuations.map(({ from, to, evacuate }) => ({
  versions: to === undefined ? { from } : { from, to },
  inputs: { evacuate, lock: from === '2.73' ? locks.reasoned : locks.first } satisfies EraInputs,
}));

/**
 * The schema of the body: an object whose only key names the action.
 * @param later the arguments of the microversion.
 */
export const actionBody = (later: EraInputs) => {
  const known: typeof inputs = { ...inputs, ...later };
  return z.record(z.string(), z.unknown()).transform((body, context): ServerActionInput => {
    const refuse = (message: string, path: PropertyKey[] = []) => {
      context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    };
    const [[name, argument] = ['', undefined], ...more] = Object.entries(body);
    if (name === '') return refuse('An action must be named.');
    if (more.length > 0) {
      const names = Object.keys(body)
        .slice(0, 5)
        .map((each) => each.slice(0, 100));
      return refuse(`Exactly one action must be named, not ${names.join(', ')}.`);
    }
    const schema = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!schema) return refuse(`There is no such action: ${name.slice(0, 100)}.`);
    const read = schema.safeParse(argument);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    return refuse(issue?.message ?? 'Invalid.', [name, ...(issue?.path ?? []), ...unknown]);
  });
};
