import type { DeadLetter } from '../domain/events/messages.ts';
import type { Host } from '../domain/hosts/host.ts';
import type { HostDataPlane } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import type { Instance } from '../domain/servers/instance.ts';

/** A change of a row, in the order of its stream; `before` is undefined for a new row. */
export type RowChange =
  | { readonly kind: 'host'; readonly before: Host | undefined; readonly after: Host }
  | { readonly kind: 'instance'; readonly before: Instance | undefined; readonly after: Instance }
  | { readonly kind: 'port'; readonly before: Port | undefined; readonly after: Port }
  | {
      readonly kind: 'data plane';
      readonly before: HostDataPlane | undefined;
      readonly after: HostDataPlane;
    }
  | { readonly kind: 'unreadable'; readonly letter: DeadLetter };
