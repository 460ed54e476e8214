/** `/doctor/v1/webhook-key`: the key with which a project verifies its webhooks. */
import * as z from 'zod';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import { isAdmin, projectOf } from '../../domain/identity/access.ts';

/** The dependencies of the route. */
export type WebhookKeyDeps = {
  /** The key of a project; the empty project is that of alarms on the infrastructure. */
  readonly webhookKey: (project_id: string) => Promise<string>;
};

const Query = z.strictObject({
  project_id: z.tuple([z.string().max(255)], 'It must be given once.').optional(),
});

export const webhookKeyRoutes = ({ webhookKey }: WebhookKeyDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/webhook-key',
    roles: ['member'],
    query: Query,
    body: ignored,
    handle: async ({ caller, args }) => {
      const project_id = args.project_id?.[0] ?? projectOf(caller);
      if (project_id !== caller.project_id && !isAdmin(caller)) {
        throw new DomainError(
          'forbidden',
          "Policy doesn't allow another project's key to be read.",
        );
      }
      return { status: 200, body: { project_id, key: await webhookKey(project_id) } };
    },
  }),
];
