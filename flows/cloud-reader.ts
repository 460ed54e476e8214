/** What the mirror asks of the cloud. */
import type { CloudHypervisor, NovaService, SeenPort, SeenServer } from '../domain/mirror/seen.ts';
import type { InstanceFacts } from '../domain/servers/instance.ts';

/** A resource of the cloud that Doctor cannot take over, and why. */
export type UnreadableItem = { readonly id: string; readonly reason: string };

/** A page of a listing. */
type ListingPage<Item> = {
  readonly items: readonly Item[];
  readonly unreadable: readonly UnreadableItem[];
  /** The marker of the next page; null for the last one. */
  readonly next: string | null;
  /** When the request was sent. */
  readonly read_at: string;
};

/** A server that the cloud has deleted. `facts`: undefined if Doctor cannot read them. */
export type EndedServer = { readonly uuid: string; readonly facts: InstanceFacts | undefined };

/** A page of servers; `ended` are those that the listing shows as deleted. */
export type CloudServerPage = ListingPage<SeenServer> & { readonly ended: readonly EndedServer[] };
export type CloudPortPage = ListingPage<SeenPort>;

/** `lost`: the resource of the marker was deleted, so the listing is to be begun again. */
export type CloudReader = {
  readonly services: () => Promise<readonly NovaService[]>;
  readonly hypervisors: () => Promise<readonly CloudHypervisor[]>;
  /**
   * Newest first; with `since` those that changed since then, deleted ones too; with `host` those
   * on a host.
   */
  readonly serverPage: (from: {
    readonly marker: string | null;
    /** The most servers of the page. */
    readonly limit: number;
    readonly since?: string;
    readonly host?: string;
  }) => Promise<CloudServerPage | 'lost'>;
  /** In the order of their ids. */
  readonly portPage: (from: {
    readonly marker: string | null;
    /** The most ports of the page. */
    readonly limit: number;
  }) => Promise<CloudPortPage | 'lost'>;
  /** Whether the cloud has a server, and a port. */
  readonly hasServer: (uuid: string) => Promise<boolean>;
  readonly hasPort: (id: string) => Promise<boolean>;
  /** The MAC addresses of a server's ports, in lower case; none if there is no such server. */
  readonly macsOfServer: (uuid: string) => Promise<ReadonlySet<string>>;
};
