/** A server as Nova shows it: keys and types as in nova's response schemas, by microversion. */
import { createHash } from 'node:crypto';
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import { microseconds, seconds } from '../../../dialects/openstack-times.ts';
import type { Host, HostState } from '../../../domain/hosts/host.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { serverStatus } from '../../../domain/servers/server-status.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import { fullAddresses } from './address-view.ts';

/** What a view of a server depends on besides the server. */
export type ServerView = {
  readonly microversion: Microversion;
  readonly admin: boolean;
  readonly stateOf: (host: Host) => HostState;
  /** Public URL of the compute surface. */
  readonly base: string;
  /** Whether one server is shown, rather than a list. */
  readonly single: boolean;
};

/**
 * The hash that tenants see in place of the host's name. Source: nova `objects/instance.py`,
 * `hostId`.
 */
const hostIdOf = ({ host, project_id }: Instance): string =>
  host === null ? '' : createHash('sha224').update(`${project_id}${host}`).digest('hex');

const links = (base: string, kind: string, id: string) => [
  { rel: 'self', href: `${base}/v2.1/${kind}/${id}` },
  { rel: 'bookmark', href: `${base}/${kind}/${id}` },
];

/** What `GET /servers` lists. */
export const briefServer = ({ uuid, name }: Instance, { base }: ServerView) => ({
  id: uuid,
  name,
  links: links(base, 'servers', uuid),
});

const progressing = new Set(['ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING']);

/** What `GET /servers/detail` and `GET /servers/{id}` show. */
export function detailedServer({ instance, host }: SeenInstance, view: ServerView) {
  const status = serverStatus(instance);
  const { fault } = instance;
  return {
    ...briefServer(instance, view),
    status,
    tenant_id: instance.project_id,
    user_id: instance.user_id,
    created: seconds(instance.created_at),
    updated: seconds(instance.updated_at),
    hostId: hostIdOf(instance),
    metadata: instance.metadata,
    accessIPv4: instance.owned.access_ip_v4,
    accessIPv6: instance.owned.access_ip_v6,
    'OS-DCF:diskConfig': instance.owned.disk_config,
    'OS-EXT-AZ:availability_zone': instance.availability_zone,
    config_drive: '',
    key_name: null,
    'OS-SRV-USG:launched_at': instance.launched_at && microseconds(instance.launched_at),
    'OS-SRV-USG:terminated_at': instance.terminated_at && microseconds(instance.terminated_at),
    'os-extended-volumes:volumes_attached': [],
    'OS-EXT-STS:vm_state': instance.vm_state,
    'OS-EXT-STS:task_state': instance.task_state,
    'OS-EXT-STS:power_state': instance.power_state,
    addresses: fullAddresses(instance),
    image: imageOf(instance, view),
    flavor: flavorOf(instance, view),
    ...(progressing.has(status) ? { progress: 0 } : {}),
    ...(fault && (status === 'ERROR' || status === 'DELETED')
      ? { fault: { ...fault, created: seconds(fault.created) } }
      : {}),
    ...laterFields(instance, view),
    ...(view.admin ? adminFields(instance, host, view) : {}),
  };
}

function imageOf({ image_id }: Instance, { base }: ServerView) {
  if (image_id === '') return '';
  return { id: image_id, links: [{ rel: 'bookmark', href: `${base}/images/${image_id}` }] };
}

function flavorOf({ flavor }: Instance, { base, microversion }: ServerView) {
  const { id, ...embedded } = flavor;
  if (atLeast(microversion, '2.47')) return embedded;
  return { id, links: [{ rel: 'bookmark', href: `${base}/flavors/${id}` }] };
}

/** The host name of the guest. */
const hostnameOf = ({ owned, name }: Instance): string => owned.hostname ?? name;

/** Fields of later microversions that every caller sees. */
function laterFields(instance: Instance, { microversion, single }: ServerView) {
  const from = (version: string, fields: object) => (atLeast(microversion, version) ? fields : {});
  return {
    ...from('2.9', { locked: instance.lock !== null }),
    ...from('2.19', { description: instance.owned.description }),
    ...from('2.26', { tags: instance.owned.tags }),
    ...from('2.63', { trusted_image_certificates: null }),
    ...(single ? from('2.71', { server_groups: [] }) : {}),
    ...from('2.73', { locked_reason: instance.lock?.reason ?? null }),
    ...from('2.90', { 'OS-EXT-SRV-ATTR:hostname': hostnameOf(instance) }),
  };
}

/** Fields that the answer to `PUT /servers/{id}` does not have before 2.75, also for administrators. */
const notInUpdates =
  /^(OS-EXT-|OS-SRV-USG:|os-extended-volumes:|host_status$|key_name$|config_drive$|server_groups$)/;

/** The server in the answer to its update. */
export function updatedServer(seen: SeenInstance, view: ServerView) {
  const server = detailedServer(seen, view);
  if (atLeast(view.microversion, '2.75')) return server;
  return Object.fromEntries(Object.entries(server).filter(([key]) => !notInUpdates.test(key)));
}

/** Fields that name infrastructure: only administrators see them. */
function adminFields(instance: Instance, host: Host | undefined, view: ServerView) {
  const prefixed = {
    host: instance.host,
    hypervisor_hostname: instance.host,
    instance_name: `instance-${instance.uuid}`,
    ...(atLeast(view.microversion, '2.3')
      ? {
          hostname: hostnameOf(instance),
          reservation_id: null,
          launch_index: 0,
          kernel_id: null,
          ramdisk_id: null,
          root_device_name: null,
          user_data: null,
        }
      : {}),
  };
  return {
    ...Object.fromEntries(
      Object.entries(prefixed).map(([name, value]) => [`OS-EXT-SRV-ATTR:${name}`, value]),
    ),
    ...(atLeast(view.microversion, '2.16') ? { host_status: hostStatusOf(host, view) } : {}),
  };
}

/** Source: nova `objects/instance.py` and `compute/api.py`, `get_instance_host_status`. */
function hostStatusOf(host: Host | undefined, { stateOf }: ServerView): string {
  // A deleted host has no service.
  if (!host || host.deleted) return '';
  if (host.forced_down) return 'DOWN';
  if (host.status === 'disabled') return 'MAINTENANCE';
  return stateOf(host) === 'up' ? 'UP' : 'UNKNOWN';
}
