/**
 * What Nova shows of servers, services and hypervisors. Source: docs/wire/cloud-listings.md, and nova's
 * `api/openstack/compute/views/servers.py`.
 */
import * as z from 'zod';
import { type CloudHypervisor, changedAt, type SeenServer } from '../../domain/mirror/seen.ts';
import { InstanceFacts } from '../../domain/servers/instance.ts';
import { parseMoment } from '../../domain/time.ts';
import type { CloudServerPage, EndedServer, UnreadableItem } from '../../flows/cloud-reader.ts';

/**
 * Has `host_status` (2.16), the flavor itself (2.47), and uuids of services (2.53); all Novas since
 * Pike have it.
 */
export const novaVersion = '2.53';

const Time = z.string().transform((text, context) => {
  const moment = parseMoment(text);
  if (moment !== undefined) return moment;
  context.addIssue({ code: 'custom', message: 'is not a time' });
  return z.NEVER;
});

const NovaServer = z.object({
  id: z.guid().transform((id) => id.toLowerCase()),
  name: z.string(),
  status: z.string(),
  tenant_id: z.string(),
  user_id: z.string(),
  created: Time,
  updated: Time,
  metadata: z.record(z.string(), z.string()).catch({}),
  addresses: z.record(z.string(), z.array(z.unknown())).catch({}),
  /** An empty text for a server that starts from a volume. */
  image: z.union([z.object({ id: z.string() }), z.literal('')]).nullish(),
  flavor: z.object({
    original_name: z.string().catch(''),
    vcpus: z.int(),
    ram: z.int(),
    disk: z.int(),
    ephemeral: z.int(),
    swap: z.int(),
    extra_specs: z.record(z.string(), z.string()).catch({}),
  }),
  host_status: z.string().nullish(),
  'OS-EXT-SRV-ATTR:host': z.string().nullable(),
  'OS-EXT-STS:vm_state': z.string(),
  'OS-EXT-STS:task_state': z.string().nullable(),
  'OS-EXT-STS:power_state': z.int(),
  'OS-EXT-AZ:availability_zone': z.string().nullish(),
  'OS-SRV-USG:launched_at': Time.nullish(),
});
type NovaServer = z.infer<typeof NovaServer>;

const Links = z.array(z.object({ rel: z.string(), href: z.string() })).default([]);

/** A body of `GET /servers/detail`. Servers are read one by one, so that an odd one spoils no page. */
export const ServerListing = z.object({
  servers: z.array(z.looseObject({ id: z.string() })),
  servers_links: Links,
});

const hasNext = (links: z.infer<typeof Links>): boolean => links.some(({ rel }) => rel === 'next');

/**
 * The page of a body. A full page has a link `next` even if it is the last; the page after it is
 * then empty. The link is not followed: it may name another address of Nova than the catalogue
 * does.
 */
export function serverPageOf(
  { servers, servers_links }: z.infer<typeof ServerListing>,
  read_at: string,
): CloudServerPage {
  const items: SeenServer[] = [];
  const ended: EndedServer[] = [];
  const unreadable: UnreadableItem[] = [];
  for (const server of servers) {
    const { data, error } = NovaServer.safeParse(server);
    if (!data) unreadable.push({ id: server.id, reason: whyUnreadable(error) });
    else {
      const facts = InstanceFacts.safeParse(factsOf(data));
      if (data.status === 'DELETED') ended.push({ uuid: data.id, facts: facts.data });
      else if (facts.success) items.push(seenOf(data, facts.data, read_at));
      else unreadable.push({ id: data.id, reason: whyUnreadable(facts.error) });
    }
  }
  const last = servers.at(-1)?.id ?? null;
  return { items, ended, unreadable, read_at, next: hasNext(servers_links) ? last : null };
}

const seenOf = (server: NovaServer, facts: InstanceFacts, read_at: string): SeenServer => ({
  uuid: server.id,
  facts,
  host_up: !['DOWN', 'UNKNOWN'].includes(server.host_status ?? ''),
  changed_at: changedAt(server.updated, read_at),
  read_at,
});

const factsOf = (server: NovaServer): unknown => ({
  name: server.name,
  project_id: server.tenant_id,
  user_id: server.user_id,
  host: server['OS-EXT-SRV-ATTR:host'] || null,
  vm_state: server['OS-EXT-STS:vm_state'],
  power_state: server['OS-EXT-STS:power_state'],
  task_state: server['OS-EXT-STS:task_state'] || null,
  created_at: server.created,
  launched_at: server['OS-SRV-USG:launched_at'] ?? null,
  terminated_at: null,
  flavor: { id: '', ...server.flavor },
  image_id: server.image ? server.image.id : '',
  addresses: server.addresses,
  metadata: server.metadata,
  availability_zone: server['OS-EXT-AZ:availability_zone'] || 'nova',
});

/** What is wrong with an item, in a sentence. */
export function whyUnreadable(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'cannot be read'}`;
}

/** A body of `GET /os-services`. */
export const ServiceListing = z.object({
  services: z.array(
    z.object({ host: z.string(), zone: z.string(), forced_down: z.boolean().default(false) }),
  ),
});

const amount = z.int().min(0).catch(0);

const NovaHypervisor = z
  .object({
    service: z.object({ host: z.string() }),
    hypervisor_type: z.string().catch(''),
    hypervisor_version: amount,
    host_ip: z.string().nullish(),
    vcpus: amount,
    memory_mb: amount,
    local_gb: amount,
  })
  .transform(
    ({ service, host_ip, ...shown }): CloudHypervisor => ({
      ...shown,
      host: service.host,
      host_ip: host_ip ?? null,
    }),
  );

/** A body of `GET /os-hypervisors/detail`, with the marker of the next page; null for the last one. */
export const HypervisorListing = z
  .object({
    hypervisors: z.array(z.looseObject({ id: z.union([z.string(), z.number()]) })),
    hypervisors_links: Links,
  })
  .transform(({ hypervisors, hypervisors_links }) => ({
    items: hypervisors.flatMap((each) => NovaHypervisor.safeParse(each).data ?? []),
    next: hasNext(hypervisors_links) ? String(hypervisors.at(-1)?.id ?? '') || null : null,
  }));
