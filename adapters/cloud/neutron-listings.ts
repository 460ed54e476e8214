/**
 * What Neutron shows of ports. Source: docs/wire/cloud-listings.md, and neutron-lib
 * `api/definitions/port.py`.
 */
import * as z from 'zod';
import { changedAt, type SeenPort } from '../../domain/mirror/seen.ts';
import {
  DataPlaneStatus,
  FixedIp,
  PortFacts,
  PortStatus,
  vnicTypes,
} from '../../domain/ports/port.ts';
import { parseMoment } from '../../domain/time.ts';
import type { CloudPortPage, UnreadableItem } from '../../flows/cloud-reader.ts';
import { whyUnreadable } from './nova-listings.ts';

const NeutronPort = z.object({
  id: z.guid().transform((id) => id.toLowerCase()),
  network_id: z.guid(),
  project_id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  admin_state_up: z.boolean(),
  /** Neutron's other words, such as `N/A`, mean that nothing is known to work. */
  status: PortStatus.catch('DOWN'),
  device_id: z.string(),
  device_owner: z.string(),
  mac_address: z.string().transform((mac) => mac.toLowerCase()),
  fixed_ips: z.array(FixedIp),
  security_groups: z.array(z.string()).catch([]),
  tags: z.array(z.string()).catch([]),
  /** Shown to administrators alone: empty if the port is not bound, missing for other users. */
  'binding:host_id': z.string('is not shown: the service user needs the role admin in Neutron'),
  'binding:vnic_type': z.enum(vnicTypes).catch('normal'),
  'binding:profile': z.record(z.string(), z.unknown()).catch({}),
  /** Missing without Neutron's extension `data-plane-status`. */
  data_plane_status: DataPlaneStatus.catch(null),
  revision_number: z.int().min(0),
  updated_at: z.string(),
});
type NeutronPort = z.infer<typeof NeutronPort>;

/** A body of `GET /ports`. Ports are read one by one, so that an odd one spoils no page. */
export const PortListing = z.object({
  ports: z.array(z.looseObject({ id: z.string() })),
  ports_links: z.array(z.object({ rel: z.string(), href: z.string() })).default([]),
});

/** The page of a body. `ports_links` also has `previous`; only `next` says that there is more. */
export function portPageOf(
  { ports, ports_links }: z.infer<typeof PortListing>,
  read_at: string,
): CloudPortPage {
  const items: SeenPort[] = [];
  const unreadable: UnreadableItem[] = [];
  for (const port of ports) {
    const { data, error } = NeutronPort.safeParse(port);
    const facts = data && PortFacts.safeParse(factsOf(data));
    if (data && facts?.success) items.push(seenOf(data, facts.data, read_at));
    else unreadable.push({ id: port.id, reason: whyUnreadable(error ?? facts?.error ?? noIssue) });
  }
  const more = ports_links.some(({ rel }) => rel === 'next');
  return { items, unreadable, read_at, next: more ? (ports.at(-1)?.id ?? null) : null };
}

const noIssue = new z.ZodError([]);

const seenOf = (port: NeutronPort, facts: PortFacts, read_at: string): SeenPort => ({
  id: port.id,
  network_id: port.network_id.toLowerCase(),
  project_id: port.project_id,
  facts,
  status: port.status,
  tags: port.tags,
  data_plane_status: port.data_plane_status,
  revision: port.revision_number,
  changed_at: changedAt(parseMoment(port.updated_at) ?? read_at, read_at),
  read_at,
});

const factsOf = (port: NeutronPort): unknown => ({
  name: port.name,
  description: port.description ?? '',
  admin_state_up: port.admin_state_up,
  device_id: port.device_id,
  device_owner: port.device_owner,
  mac_address: port.mac_address,
  fixed_ips: port.fixed_ips,
  security_groups: port.security_groups,
  'binding:host_id': port['binding:host_id'],
  'binding:vnic_type': port['binding:vnic_type'],
  'binding:profile': JSON.stringify(port['binding:profile']),
});
