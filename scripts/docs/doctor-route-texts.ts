/** The texts of the routes below `/doctor/v1` for `docs/reference/routes.md`. */
import { type RouteText, text } from './route-text.ts';

/** Doctor's own routes. */
export const doctor: Readonly<Record<string, RouteText>> = {
  'GET /doctor/': text('lists the versions of this API'),
  'GET /doctor/v1': text('shows the version'),
  'GET /doctor/v1/openapi.json': text('describes all routes of all surfaces, in OpenAPI 3.1'),
  'GET /doctor/v1/changes': text(
    'lists the changes since a cursor that the caller may see; with `wait` the request is held for up to 4 seconds until something changes',
  ),
  'POST /doctor/v1/changes': text(
    'lists the same, and repeats the reads of the caller: the body names up to 24 paths, each with the kinds of changes after which it is read, and `answers` contains the results',
  ),
  'GET /doctor/v1/status': text(
    'counts hosts by state, servers, ports, open faults, and the messages in each queue',
  ),
  'GET /doctor/v1/rates': text(
    'shows for each minute of the last hours the notifications, their times, webhooks by outcome, and the waiting messages',
  ),
  'GET /doctor/v1/dead-letters': text('lists the queues of dead letters with their counts'),
  'GET /doctor/v1/dead-letters/{queue}': text(
    'lists the dead letters of a queue with their reasons: its first 200',
  ),
  'GET /doctor/v1/dead-letters/{queue}/{id}': text('shows a dead letter'),
  'POST /doctor/v1/dead-letters/{queue}/redrive': text(
    'sends dead letters back to the queue that they came from, at most 200 at once',
  ),
  'DELETE /doctor/v1/dead-letters/{queue}': text(
    'with `all=true` deletes the dead letters of a queue, at most 200 at once',
  ),
  'DELETE /doctor/v1/dead-letters/{queue}/{id}': text('deletes a dead letter'),
  'POST /doctor/v1/events': text(
    "takes events from outside, such as Ceilometer's; a token, HTTP Basic or Bearer",
  ),
  'PUT /doctor/v1/hosts/{host}': text('registers a host, or changes it'),
  'GET /doctor/v1/hosts': text(
    'lists hosts by name, each in one state: `down` (reported), `silent` (no heartbeats), `maintenance`, `disabled` or `up`',
  ),
  'GET /doctor/v1/hosts/{host}': text('shows a host'),
  'GET /doctor/v1/host-history/{host}': text(
    'shows faults, switches (maintenance, status, flag) and evacuations of a host, the newest first, each with its caller and request',
  ),
  'PUT /doctor/v1/hosts/{host}/data-plane-status': text(
    'reports the data plane of all ports of a host',
  ),
  'POST /doctor/v1/hosts/{host}/heartbeat': text('records a heartbeat of a host, or its restart'),
  'POST /doctor/v1/heartbeats': text('records heartbeats of up to 100 hosts'),
  'GET /doctor/v1/faults': text(
    'lists the faults of hosts and of their data planes. Tenants see the faults that affected their servers and ports, without the host',
  ),
  'GET /doctor/v1/faults/{id}': text('shows a fault with the servers or ports that it affected'),
  'GET /doctor/v1/faults/{id}/story': text(
    'counts for each project what a fault affected, and the notifications that followed; a tenant sees its own project',
  ),
  'PUT /doctor/v1/servers/{uuid}': text('registers a server, or changes it'),
  'GET /doctor/v1/servers/{uuid}': text('shows a server as it was registered'),
  'DELETE /doctor/v1/servers/{uuid}': text('removes a server'),
  'GET /doctor/v1/servers/{uuid}/evacuation': text(
    'shows the newest evacuation of a server, with its progress while Nova carries it out',
  ),
  'POST /doctor/v1/servers/{uuid}/evacuation': text('reports how the move of a server ended'),
  'POST /doctor/v1/alarm-preview': text(
    'shows which events of the last hours a new alarm would have matched; the body is that of `POST /alarming/v2/alarms`, and nothing is written',
    'reader',
  ),
  'POST /doctor/v1/alarms/{alarm_id}/test': text(
    'sends the notification that an alarm would send in a `state` (`alarm` unless the body says otherwise) to all its receivers, marked as a test; the alarm stays as it is',
    'member',
  ),
  'GET /doctor/v1/alarms/{alarm_id}/test/{id}': text(
    'shows a test of an alarm, with the outcome of each webhook',
    'reader',
  ),
  'GET /doctor/v1/silences': text("lists the project's silences, the newest first"),
  'POST /doctor/v1/silences': text('silences alarms for a time; under a known id, changes its end'),
  'GET /doctor/v1/silences/{id}': text('shows a silence'),
  'DELETE /doctor/v1/silences/{id}': text('ends a silence at once'),
  'GET /doctor/v1/subscriptions': text("lists subscriptions to the project's notifications"),
  'POST /doctor/v1/subscriptions': text("subscribes an endpoint to the project's notifications"),
  'GET /doctor/v1/subscriptions/{id}': text('shows a subscription'),
  'DELETE /doctor/v1/subscriptions/{id}': text('ends a subscription'),
  'PUT /doctor/v1/users/{name}': text('creates a user, replaces it, disables or enables it'),
  'GET /doctor/v1/users/{name}': text('shows a user'),
  'DELETE /doctor/v1/users/{name}': text('deletes a user'),
  'GET /doctor/v1/cloud': text(
    'shows how old the information about the cloud is, the last walk with its differences, and errors',
  ),
  'POST /doctor/v1/cloud/walks': text(
    'starts a walk through the cloud; with `dry_run` it only records the differences; with `allow_deletions` it deletes whatever the cloud does not show',
  ),
  'GET /doctor/v1/webhook-key': text("shows the key that signs the project's webhooks"),
};

/** The routes of monitors: a token, HTTP Basic or Bearer. */
export const monitors: Readonly<Record<string, RouteText>> = {
  'PUT /doctor/v1/inspector/events': text(
    'takes faults in the form of OPNFV Doctor’s southbound interface; a token, HTTP Basic or Bearer',
  ),
  'POST /doctor/v1/inspector/events': text('the same'),
  'POST /doctor/v1/alertmanager': text(
    "takes Alertmanager's webhook, version 4; `source` names the source, `type` what its alerts mean",
  ),
  'POST /doctor/v1/prometheus/api/v2/alerts': text(
    "takes Prometheus' alerts and collectd's notifications",
  ),
  'POST /doctor/v1/prometheus/{source}/api/v2/alerts': text('the same, of the named source'),
  'POST /doctor/v1/am/api/v2/alerts': text('the same as `/doctor/v1/prometheus/api/v2/alerts`'),
  'POST /doctor/v1/consul': text(
    "takes the list of Consul's watch on critical checks as the whole state of its source",
  ),
  'POST /doctor/v1/redfish/{host}': text("takes a BMC's events of this host"),
  'POST /doctor/v1/redfish': text("takes a BMC's events; their `Context` names the host"),
  'PUT /events/': text('the same as `/doctor/v1/inspector/events`'),
  'POST /events/': text('the same'),
};

/** The routes of conditions, of their sources, and of reported items that matched nothing. */
export const conditions: Readonly<Record<string, RouteText>> = {
  'GET /doctor/v1/conditions': text(
    'lists conditions, newest first; `source`, `host`, `port_id`, `server_id`, `state` and `effect` filter',
  ),
  'GET /doctor/v1/conditions/{id}': text('shows a condition'),
  'DELETE /doctor/v1/conditions/{id}': text(
    'ends a condition by hand, whatever the rule of its source; `reason` is needed, and recorded',
  ),
  'GET /doctor/v1/sources': text('lists the sources that have settings, by name'),
  'GET /doctor/v1/sources/{kind}': text('shows the settings of a source, or the default ones'),
  'PUT /doctor/v1/sources/{kind}': text('replaces the settings of a source'),
  'DELETE /doctor/v1/sources/{kind}': text('returns a source to the default settings'),
  'GET /doctor/v1/sources/{kind}/{name}': text('the same for one of several sources of a kind'),
  'PUT /doctor/v1/sources/{kind}/{name}': text('the same for one of several sources of a kind'),
  'DELETE /doctor/v1/sources/{kind}/{name}': text('the same for one of several sources of a kind'),
  'GET /doctor/v1/unmatched': text(
    'lists the items that monitors reported in the last day and that matched nothing, newest first, with the reasons',
  ),
};
