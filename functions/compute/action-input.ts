/** What `POST /servers/{id}/action` takes. Source: nova `api/openstack/compute/schemas/servers.py`. */
import * as z from 'zod';
import type { ServerAction } from '../../domain/server-action.ts';

/** Clients send null; some, an empty object. */
const Nothing = z.union([z.null(), z.strictObject({})], 'Must be null.');

const inputs: Readonly<Record<string, z.ZodType<ServerAction>>> = {
  'os-resetState': z
    .strictObject({ state: z.enum(['active', 'error']) })
    .transform(({ state }) => ({ name: 'os-resetState', state })),
  'os-stop': Nothing.transform(() => ({ name: 'os-stop' })),
  'os-start': Nothing.transform(() => ({ name: 'os-start' })),
};

/** An action, named by the one key of the body. */
export const ActionBody = z
  .record(z.string(), z.unknown())
  .transform((body, context): ServerAction => {
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
    const schema = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (!schema) return refuse(`There is no such action: ${name.slice(0, 100)}.`);
    const read = schema.safeParse(argument);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    return refuse(issue?.message ?? 'Invalid.', [name, ...(issue?.path ?? [])]);
  });
