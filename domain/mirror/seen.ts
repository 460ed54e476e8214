/** What a cloud beside Doctor shows of its hosts, servers and ports, without the words of its APIs. */

import { digestOf } from '../ids.ts';
import type { DataPlaneStatus, PortFacts, PortStatus } from '../ports/port.ts';
import type { InstanceFacts } from '../servers/instance.ts';

/** When something was read, and when it had last changed in the cloud. */
export type SeenAt = {
  /** When the request that read it was sent: it may be older than the answer, and never newer. */
  readonly read_at: string;
  /** The last change, as late as it may have been, but not later than `read_at`. */
  readonly changed_at: string;
};

/** A server of the cloud. */
export type SeenServer = SeenAt & {
  readonly uuid: string;
  readonly facts: InstanceFacts;
  /** Whether the cloud takes the server's host for up; true for a server without a host. */
  readonly host_up: boolean;
};

/** A port of the cloud. */
export type SeenPort = SeenAt & {
  readonly id: string;
  readonly network_id: string;
  readonly project_id: string;
  readonly facts: PortFacts;
  readonly status: PortStatus;
  readonly tags: readonly string[];
  /** It is not taken over: reports on the data plane are made to Doctor. */
  readonly data_plane_status: DataPlaneStatus;
  /** Rises with each change of the port in the cloud. */
  readonly revision: number;
};

/** A compute service of the cloud. */
export type NovaService = {
  readonly host: string;
  readonly zone: string;
  readonly forced_down: boolean;
};

/** What the cloud shows of a hypervisor: capacity and type. */
export type CloudHypervisor = {
  readonly host: string;
  readonly hypervisor_type: string;
  readonly hypervisor_version: number;
  readonly host_ip: string | null;
  readonly vcpus: number;
  readonly memory_mb: number;
  readonly local_gb: number;
};

/**
 * The earlier of the end of the second in which the cloud says that something changed, and the time
 * of the read.
 */
export function changedAt(updated: string, read_at: string): string {
  const end = `${updated.slice(0, 19)}.999Z`;
  return end < read_at ? end : read_at;
}

/** A text that is the same as long as the services show the same hosts, zones and flags. */
export function lookOf(services: readonly NovaService[]): string {
  const each = services.map(({ host, zone, forced_down }) =>
    JSON.stringify([host, zone, forced_down]),
  );
  return digestOf(each.toSorted().join());
}
