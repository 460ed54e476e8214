/**
 * The text of each route for `docs/reference/routes.md`, by method and path. Method, path,
 * microversions and the roles that a route declares come from the code; a test fails if a route has
 * no text here.
 */

import { conditions, doctor, monitors } from './doctor-route-texts.ts';
import { type RouteText, text } from './route-text.ts';

const instanceHa: Readonly<Record<string, RouteText>> = {
  'GET /instance-ha/': text('lists the versions'),
  'GET /instance-ha/v1': text('shows the version'),
  'POST /instance-ha/v1/notifications': text(
    'takes a failure from masakari-monitors; a token, HTTP Basic or Bearer',
  ),
  'GET /instance-ha/v1/notifications': text(
    'lists the notifications of 30 days, newest first; `status`, `type`, `source_host_uuid` and `generated-since` filter',
  ),
  'GET /instance-ha/v1/notifications/{uuid}': text('shows a notification'),
  'GET /instance-ha/v1/notifications/{uuid}/vmoves': text(
    'lists no moves, because Doctor makes none for a notification; from 1.3 on',
  ),
  'GET /instance-ha/v1/segments': text('lists a failover segment for each availability zone'),
  'GET /instance-ha/v1/segments/{segment}': text('shows a segment'),
  'GET /instance-ha/v1/segments/{segment}/hosts': text('lists the hosts of a segment'),
  'GET /instance-ha/v1/segments/{segment}/hosts/{host}': text('shows a host of a segment'),
};

const own = 'any for their own; admin for all';

const identity: Readonly<Record<string, RouteText>> = {
  'GET /identity/': text('lists the versions'),
  'GET /identity/v3': text('shows the version'),
  'POST /identity/v3/auth/tokens': text(
    'logs in with a password or an application credential, or changes the scope of a token',
  ),
  'GET /identity/v3/auth/tokens': text('validates a token', 'its owner; admin, service'),
  'HEAD /identity/v3/auth/tokens': text('validates a token, without a body', 'its owner; admin'),
  'DELETE /identity/v3/auth/tokens': text(
    'revokes a token, the token it was made from, and the tokens made from it',
    'its owner; admin',
  ),
  'GET /identity/v3/projects': text('lists projects; `name` filters', own),
  'GET /identity/v3/projects/{id}': text('shows a project', own),
  'GET /identity/v3/users': text('lists users; `name` filters', own),
  'GET /identity/v3/users/{id}': text('shows a user', own),
  'GET /identity/v3/users/{id}/projects': text('lists the projects in which a user has roles', own),
  'GET /identity/v3/auth/projects': text('lists the projects in which the caller has roles', 'any'),
  'GET /identity/v3/auth/catalog': text('shows the service catalogue', 'any'),
  'GET /identity/v3/domains': text('lists the one domain', 'any'),
  'GET /identity/v3/domains/{id}': text('shows the domain', 'any'),
  'GET /identity/v3/roles': text('lists the roles', 'admin'),
  'GET /identity/v3/roles/{id}': text('shows a role', 'admin'),
  'GET /identity/v3/users/{user_id}/application_credentials': text(
    'lists application credentials',
    own,
  ),
  'POST /identity/v3/users/{user_id}/application_credentials': text(
    'creates an application credential',
    'any for their own',
  ),
  'GET /identity/v3/users/{user_id}/application_credentials/{id}': text(
    'shows an application credential',
    own,
  ),
  'DELETE /identity/v3/users/{user_id}/application_credentials/{id}': text(
    'deletes an application credential',
    own,
  ),
  'GET /identity/v3/users/{user_id}/access_rules': text(
    "lists the access rules of the user's application credentials",
    own,
  ),
  'GET /identity/v3/users/{user_id}/access_rules/{id}': text('shows an access rule', own),
  'DELETE /identity/v3/users/{user_id}/access_rules/{id}': text(
    'is refused: an access rule ends with its application credential',
    own,
  ),
};

const alarming: Readonly<Record<string, RouteText>> = {
  'GET /alarming/': text('lists the versions'),
  'GET /alarming/healthcheck': text('is a health check of the function'),
  'GET /alarming/v2/alarms': text('lists alarms', 'reader'),
  'POST /alarming/v2/alarms': text('creates an alarm', 'member'),
  'GET /alarming/v2/alarms/{id}': text('shows an alarm', 'reader'),
  'PUT /alarming/v2/alarms/{id}': text('replaces an alarm', 'member'),
  'DELETE /alarming/v2/alarms/{id}': text('deletes an alarm', 'member'),
  'GET /alarming/v2/alarms/{id}/state': text("shows an alarm's state", 'reader'),
  'PUT /alarming/v2/alarms/{id}/state': text("sets an alarm's state", 'member'),
  'GET /alarming/v2/alarms/{id}/history': text(
    'lists the changes of an alarm, who made each, and the events that fired it',
    'reader',
  ),
  'POST /alarming/v2/query/alarms': text('finds alarms by conditions on any field', 'reader'),
  'POST /alarming/v2/query/alarms/history': text(
    'finds records of the history, those of deleted alarms included',
    'reader',
  ),
  'GET /alarming/v2/quotas': text('shows how many alarms a project may have', 'reader'),
  'POST /alarming/v2/quotas': text('sets how many alarms a project may have', 'admin'),
  'DELETE /alarming/v2/quotas/{id}': text("returns a project to the operator's default", 'admin'),
  'GET /alarming/v2/metrics': text(
    'counts how often events brought each alarm into each state',
    'reader',
  ),
  'GET /alarming/v2/capabilities': text('shows what the service can do', 'reader'),
};

const computeHosts: Readonly<Record<string, RouteText>> = {
  'GET /compute/': text('lists the versions'),
  'GET /compute/v2.1': text('shows the version, with the lowest and highest microversion'),
  'GET /compute/v2.1/os-services': text('lists hosts and their states'),
  'PUT /compute/v2.1/os-services/{id}': text(
    'reports a host down, or up again; disables and enables it (admin)',
  ),
  'PUT /compute/v2.1/os-services/force-down': text('reports a host down, or up again'),
  'PUT /compute/v2.1/os-services/enable': text('enables a host (admin)'),
  'PUT /compute/v2.1/os-services/disable': text('disables a host (admin)'),
  'PUT /compute/v2.1/os-services/disable-log-reason': text(
    'disables a host and records the reason (admin)',
  ),
  'DELETE /compute/v2.1/os-services/{id}': text('removes a host that has no servers'),
  'GET /compute/v2.1/os-hypervisors': text(
    'lists hosts by their hypervisors; `hypervisor_hostname_pattern` and `with_servers` from 2.53',
  ),
  'GET /compute/v2.1/os-hypervisors/detail': text(
    'lists hosts with the known facts of their hypervisors',
  ),
  'GET /compute/v2.1/os-hypervisors/{id}': text('shows a hypervisor'),
  'GET /compute/v2.1/os-hypervisors/{pattern}/search': text('finds hosts by a part of their name'),
  'GET /compute/v2.1/os-hypervisors/{pattern}/servers': text(
    'finds hosts by a part of their name, and lists their servers',
  ),
  'GET /compute/v2.1/os-hypervisors/statistics': text('shows sums of all hosts'),
  'GET /compute/v2.1/os-hypervisors/{id}/uptime': text(
    'is refused with 501: the uptime is not known',
  ),
  'GET /compute/v2.1/os-aggregates': text('lists nothing; clients ask for it'),
  'GET /compute/v2.1/os-hosts': text('lists hosts'),
  'GET /compute/v2.1/os-hosts/{host}': text('shows how much of a host is used, by project'),
  'PUT /compute/v2.1/os-hosts/{host}': text(
    'reports a fault with `host_down_reported`; disables a host and sets its maintenance (admin)',
  ),
  'GET /compute/v2.1/os-hosts/{host}/startup': text('is refused with 501'),
  'GET /compute/v2.1/os-hosts/{host}/shutdown': text('is refused with 501'),
  'GET /compute/v2.1/os-hosts/{host}/reboot': text('is refused with 501'),
  'GET /compute/v2.1/os-availability-zone': text('lists the zones of the hosts', 'any'),
  'GET /compute/v2.1/os-availability-zone/detail': text('lists the zones with their hosts'),
  'GET /compute/v2.1/os-migrations': text('lists evacuations, newest first'),
};

const computeServers: Readonly<Record<string, RouteText>> = {
  'GET /compute/v2.1/servers': text("lists servers, with Nova's filters, orders and pages"),
  'GET /compute/v2.1/servers/detail': text(
    "lists servers with all fields, with Nova's filters, orders and pages",
  ),
  'GET /compute/v2.1/servers/{id}': text('shows a server'),
  'POST /compute/v2.1/servers': text('is refused: Doctor boots no servers'),
  'PUT /compute/v2.1/servers/{id}': text(
    'changes name, description (from 2.19), access addresses and host name (from 2.90)',
    'member',
  ),
  'DELETE /compute/v2.1/servers/{id}': text('removes a server', 'member'),
  'POST /compute/v2.1/servers/{id}/action': text(
    '`os-stop`, `os-start`, `lock`, `unlock`, `forceDelete`; `os-resetState` records a server `active` or in `error`; `evacuate` moves it away from a host that is down',
    'member; admin for `os-resetState` and `evacuate`',
  ),
  'GET /compute/v2.1/servers/{id}/ips': text("shows a server's addresses", 'reader'),
  'GET /compute/v2.1/servers/{id}/ips/{network}': text(
    'shows its addresses on a network',
    'reader',
  ),
  'GET /compute/v2.1/servers/{id}/migrations': text(
    'lists nothing: Doctor moves no running server',
    'admin',
  ),
  'GET /compute/v2.1/servers/{id}/migrations/{migration_id}': text('is always a 404', 'admin'),
  'GET /compute/v2.1/servers/{id}/metadata': text("shows a server's metadata", 'reader'),
  'POST /compute/v2.1/servers/{id}/metadata': text('adds to the metadata', 'member'),
  'PUT /compute/v2.1/servers/{id}/metadata': text('replaces the metadata', 'member'),
  'GET /compute/v2.1/servers/{id}/metadata/{key}': text('shows an item', 'reader'),
  'PUT /compute/v2.1/servers/{id}/metadata/{key}': text('writes an item', 'member'),
  'DELETE /compute/v2.1/servers/{id}/metadata/{key}': text('removes an item', 'member'),
  'GET /compute/v2.1/servers/{id}/tags': text("lists a server's tags", 'reader'),
  'PUT /compute/v2.1/servers/{id}/tags': text('replaces the tags', 'member'),
  'DELETE /compute/v2.1/servers/{id}/tags': text('removes all tags', 'member'),
  'GET /compute/v2.1/servers/{id}/tags/{tag}': text(
    'answers 204 if the server has the tag',
    'reader',
  ),
  'PUT /compute/v2.1/servers/{id}/tags/{tag}': text('adds a tag', 'member'),
  'DELETE /compute/v2.1/servers/{id}/tags/{tag}': text('removes a tag', 'member'),
  'GET /compute/v2.1/servers/{id}/os-instance-actions': text(
    'lists the last change, if it was a creation, a stop, a start, a lock, an evacuation or a deletion; for tenants, their own changes only. From 2.21 also of a deleted server',
    'reader',
  ),
  'GET /compute/v2.1/servers/{id}/os-instance-actions/{request_id}': text(
    'shows the change that a request made, if it is the last one',
    'reader',
  ),
  'GET /compute/v2.1/flavors/detail': text('lists nothing; clients ask for it', 'any'),
  'GET /compute/v2.1/flavors/{id}': text('is always a 404', 'any'),
  'GET /compute/v2.1/limits': text(
    "shows the project's limits, nearly all of them unlimited, and its use; `tenant_id` names another project (admin)",
    'any',
  ),
  'GET /compute/v2.1/os-simple-tenant-usage': text(
    "sums the hours of all projects' servers, from launch to deletion",
  ),
  'GET /compute/v2.1/os-simple-tenant-usage/{project_id}': text(
    "sums the hours of one project's servers",
    'reader',
  ),
};

const tagTexts = (of: string): Readonly<Record<string, RouteText>> => ({
  [`GET /network/v2.0/${of}/{id}/tags`]: text('lists the tags', 'reader'),
  [`PUT /network/v2.0/${of}/{id}/tags`]: text('replaces the tags', 'member'),
  [`DELETE /network/v2.0/${of}/{id}/tags`]: text('removes all tags', 'member'),
  [`GET /network/v2.0/${of}/{id}/tags/{tag}`]: text('answers 204 if it has the tag', 'reader'),
  [`PUT /network/v2.0/${of}/{id}/tags/{tag}`]: text('adds a tag', 'member'),
  [`DELETE /network/v2.0/${of}/{id}/tags/{tag}`]: text('removes a tag', 'member'),
});

const seesPorts = 'reader; admin, service and data_plane_integrator in all projects';

const network: Readonly<Record<string, RouteText>> = {
  'GET /network/': text('lists the versions'),
  'GET /network/v2.0': text('lists the resources'),
  'GET /network/v2.0/extensions': text("lists Neutron's extensions that work here", 'any'),
  'GET /network/v2.0/extensions/{alias}': text('shows an extension', 'any'),
  'GET /network/v2.0/ports': text(
    "lists ports, with Neutron's filters, orders and pages",
    seesPorts,
  ),
  'GET /network/v2.0/ports/{id}': text('shows a port', seesPorts),
  'POST /network/v2.0/ports': text('creates a port, or up to 100 at once', 'member, service'),
  'PUT /network/v2.0/ports/{id}': text(
    'changes a port; `data_plane_status`, `dp_down` and `status` report its state',
    'member; admin, data_plane_integrator for the state',
  ),
  'DELETE /network/v2.0/ports/{id}': text('removes a port', 'member, service'),
  ...tagTexts('ports'),
  'GET /network/v2.0/networks': text('lists networks', 'reader'),
  'POST /network/v2.0/networks': text(
    'registers a network; ports may name one that is not registered',
    'member',
  ),
  'GET /network/v2.0/networks/{id}': text('shows a network', 'reader'),
  'PUT /network/v2.0/networks/{id}': text('changes a network', 'member'),
  'DELETE /network/v2.0/networks/{id}': text('removes a network', 'member'),
  ...tagTexts('networks'),
};

const image: Readonly<Record<string, RouteText>> = {
  'GET /image/': text('lists the versions'),
  'GET /image/versions': text('lists the versions'),
  'GET /image/v2': text('lists the versions'),
  'GET /image/v2/images': text('lists nothing: there are no images', 'any'),
  'GET /image/v2/images/{id}': text('is always a 404', 'any'),
};

/** The texts, by `METHOD path` with parameters in braces: `GET /compute/v2.1/servers/{id}`. */
export const routeTexts: Readonly<Record<string, RouteText>> = {
  ...doctor,
  ...conditions,
  ...monitors,
  ...instanceHa,
  ...identity,
  ...alarming,
  ...computeHosts,
  ...computeServers,
  ...network,
  ...image,
};

/** The heading of each surface's table and the sentence below it, by the surface's prefix. */
export const surfaceTexts: Readonly<
  Record<string, { readonly title: string; readonly is: string }>
> = {
  '/doctor': {
    title: '/doctor/v1: what OpenStack has no API for',
    is: 'Registrations, faults, what monitors report, heartbeats, events from outside, subscriptions and users.',
  },
  '/events': {
    title: '/events: the path of OPNFV Doctor’s published inspector',
    is: 'For monitors that were written for that inspector, which need not change their path.',
  },
  '/instance-ha': {
    title: '/instance-ha/v1: Masakari v1',
    is: 'Notifications of masakari-monitors, and their lists for operators. Microversions 1.0 to 1.3 are supported.',
  },
  '/identity': {
    title: '/identity: Keystone v3',
    is: 'Users and tokens. `any` is any caller with a token.',
  },
  '/alarming': {
    title: '/alarming: Aodh v2',
    is: 'Event alarms. A role named here counts in the project of the token.',
  },
  '/compute': {
    title: '/compute: Nova v2.1',
    is: 'Hosts and servers. Microversions 2.1 to 2.94 are supported; a route without a range is in all of them. `/servers/{id}` alone, as in bookmarks, works too.',
  },
  '/network': {
    title: '/network: Neutron v2.0',
    is: 'A registry of ports and their networks. A path may end in `.json`.',
  },
  '/image': {
    title: '/image: Glance v2',
    is: 'No images. Clients such as `fence_evacuate` ask for them before they evacuate.',
  },
};
