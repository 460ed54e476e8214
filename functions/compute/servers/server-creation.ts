/** `POST /servers` is refused: Doctor cannot schedule or boot servers. They are registered. */
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';

export const serverCreationRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v2.1/servers',
    roles: ['member'],
    query: ignored,
    body: ignored,
    handle: async () => {
      throw new DomainError(
        'not_implemented',
        'Doctor boots no servers. Register one: PUT /doctor/v1/servers/{uuid}.',
      );
    },
  }),
];
