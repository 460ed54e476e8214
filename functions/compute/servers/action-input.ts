/** What `POST /servers/{id}/action` takes. Source: nova `api/openstack/compute/schemas/servers.py`. */
import * as z from 'zod';
import { HostName } from '../../../domain/hosts/host.ts';
import type { ServerAction } from '../../../domain/servers/server-action.ts';
import { text } from '../../../domain/text.ts';
import { NovaBoolean } from '../nova-types.ts';

/** What is asked of one server. */
export type ActionInput = ServerAction | Evacuation;

export type Evacuation = {
  readonly name: 'evacuate';
  /** The target's name; undefined for any. */
  readonly target: string | undefined;
  /** What the guest's password shall be; undefined if nothing is said. Doctor stores it nowhere. */
  readonly adminPass: string | undefined;
};

/** Clients send null; some, an empty object. */
const Nothing = z.union([z.null(), z.strictObject({})], 'Must be null.');

const inputs: Readonly<Record<string, z.ZodType<ActionInput>>> = {
  'os-resetState': z
    .strictObject({ state: z.enum(['active', 'error']) })
    .transform(({ state }) => ({ name: 'os-resetState', state })),
  'os-stop': Nothing.transform(() => ({ name: 'os-stop' })),
  'os-start': Nothing.transform(() => ({ name: 'os-start' })),
};

const target = { host: HostName.optional(), adminPass: text(255).optional() };

const evacuation = ({
  host,
  adminPass,
}: {
  host?: string | undefined;
  adminPass?: string | undefined;
}): Evacuation => ({ name: 'evacuate', target: host, adminPass });

/**
 * The bodies of `evacuate`, by the first and last microversion that takes each. `force` only skips
 * nova's scheduler: a host that is down is no target all the same. docs/wire/compute.md#evacuation.
 */
export const evacuations: readonly {
  readonly from: string;
  readonly to?: string;
  readonly input: z.ZodType<Evacuation>;
}[] = [
  {
    ...{ from: '2.1', to: '2.13' },
    input: z
      .strictObject({ ...target, onSharedStorage: NovaBoolean })
      .refine(({ adminPass, onSharedStorage }) => adminPass === undefined || !onSharedStorage, {
        path: ['adminPass'],
        error: 'No password is set on shared storage.',
      })
      .transform(evacuation),
  },
  { from: '2.14', to: '2.28', input: z.strictObject(target).transform(evacuation) },
  {
    ...{ from: '2.29', to: '2.67' },
    input: z
      .strictObject({ ...target, force: NovaBoolean.optional() })
      .refine(({ host, force }) => host !== undefined || !force, {
        ...{ path: ['force'], error: 'It needs a host.' },
      })
      .transform(evacuation),
  },
  { from: '2.68', input: z.strictObject(target).transform(evacuation) },
];

/** An action, named by the one key of the body. */
export const actionBody = (evacuate: z.ZodType<Evacuation>) => {
  const known: typeof inputs = { ...inputs, evacuate };
  return z.record(z.string(), z.unknown()).transform((body, context): ActionInput => {
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
