/** `PUT /servers/{id}`: updates of a server by its owner. */
import * as z from 'zod';
import { actorOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { HostName } from '../../../domain/hosts/host.ts';
import type { Owned } from '../../../domain/servers/instance.ts';
import { afterOwner, type OwnersUpdate } from '../../../domain/servers/server-owned.ts';
import { text } from '../../../domain/text.ts';
import { serverFor, serverOf } from './one-server.ts';
import type { ServerActionDeps } from './server-actions.ts';
import { updatedServer } from './server-view.ts';
import { viewOf } from './servers.ts';

/** Sources: nova `api/validation/parameter_types.py` and `api/openstack/compute/schemas/servers.py`. */
const Name = text(255).regex(
  /^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\p{C}\p{Z}])?$/u,
  'Must be 1 to 255 printable characters, without a space at the start or end.',
);
const Description = text(255)
  .regex(/^(?:[^\p{C}]|[\n\r\t])*$/u, 'Must be printable characters.')
  .nullable();
const Hostname = z
  .string()
  .regex(
    /^[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]$/,
    'Must be a host name of 2 to 63 characters.',
  );

const none = z.literal('');
const First = z.strictObject({
  name: Name.optional(),
  'OS-DCF:diskConfig': z.enum(['AUTO', 'MANUAL']).optional(),
  accessIPv4: z.union([z.ipv4(), none], 'Must be an IPv4 address.').optional(),
  accessIPv6: z.union([z.ipv6(), none], 'Must be an IPv6 address.').optional(),
});
const Described = First.extend({ description: Description.optional() });
const Hosted = Described.extend({ hostname: Hostname.optional() });
// From 2.94 on Nova accepts a hostname by its rule for compute hosts: also `x`, `1` and `web_1`.
const Full = Described.extend({ hostname: HostName.optional() });

/** The fields that may be set, by microversion. */
const eras: readonly {
  readonly from: string;
  readonly to?: string;
  readonly server: z.ZodType<Partial<z.infer<typeof Full>>>;
}[] = [
  { from: '2.1', to: '2.18', server: First },
  { from: '2.19', to: '2.89', server: Described },
  { from: '2.90', to: '2.93', server: Hosted },
  { from: '2.94', server: Full },
];

/** The update, with the names of the row's fields. Fields that are not given are left out. */
function updateOf(fields: Partial<z.infer<typeof Full>>): OwnersUpdate {
  const { name, description, hostname, accessIPv4, accessIPv6 } = fields;
  const disk_config = fields['OS-DCF:diskConfig'];
  const owned: Partial<Owned> = {
    ...(description === undefined ? {} : { description }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(accessIPv4 === undefined ? {} : { access_ip_v4: accessIPv4 }),
    ...(accessIPv6 === undefined ? {} : { access_ip_v6: accessIPv6 }),
    ...(disk_config === undefined ? {} : { disk_config }),
  };
  return { ...(name === undefined ? {} : { name }), owned };
}

export const serverUpdateRoutes = (deps: ServerActionDeps): Route[] =>
  eras.map(({ server, ...versions }) =>
    route({
      method: 'PUT',
      path: '/v2.1/servers/:id',
      versions,
      query: ignored,
      body: z.strictObject({ server }),
      handle: async (request) => {
        const { instance } = await serverFor('member', deps, request);
        const actor = actorOf(request, deps.now());
        const update = updateOf(request.body.server);
        await deps.changeServer(instance.uuid, (on) => afterOwner(on.instance, update, actor));
        const seen = await serverOf(deps, request);
        const view = viewOf(request, deps.stateOf, true);
        return { status: 200, body: { server: updatedServer(seen, view) } };
      },
    }),
  );
