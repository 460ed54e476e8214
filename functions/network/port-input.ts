/**
 * Parses the bodies of `POST` and `PUT` on ports. The order of the checks is Neutron's: wrapper,
 * project, unknown, read-only or missing attributes, values. Source: docs/wire/network.md#order-of-checks-on-a-port.
 */
import * as z from 'zod';
import { Dictionary } from '../../domain/json.ts';
import { requireAgreement } from '../../domain/ports/data-plane.ts';
import { badArgument, badRequest, shown } from './neutron.ts';
import {
  dataPlaneStatusOf,
  fixedIpsOf,
  hostIdOf,
  idTextOf,
  macOf,
  portStatusOf,
  profileOf,
  securityGroupsOf,
  textOf,
  truthOf,
  uuidOf,
  vnicTypeOf,
} from './port-values.ts';

/** Whether an attribute may be given in a POST, and in a PUT. */
type Verbs = { readonly post: boolean; readonly put: boolean };

const always = { post: true, put: true } as const;
const postOnly = { post: true, put: false } as const;
const putOnly = { post: false, put: true } as const;
const never = { post: false, put: false } as const;

/** Every attribute that a port shows. `id` may be given only by a caller who manages ports. */
const attributes: ReadonlyMap<string, Verbs> = new Map<string, Verbs>([
  ['id', postOnly],
  ['name', always],
  ['description', always],
  ['network_id', postOnly],
  ['project_id', postOnly],
  ['tenant_id', postOnly],
  ['admin_state_up', always],
  ['status', putOnly],
  ['data_plane_status', putOnly],
  ['dp_down', putOnly],
  ['device_id', always],
  ['device_owner', always],
  ['mac_address', always],
  ['fixed_ips', always],
  ['security_groups', always],
  ['binding:host_id', always],
  ['binding:vnic_type', always],
  ['binding:profile', always],
  ['binding:vif_type', never],
  ['binding:vif_details', never],
  ['allowed_address_pairs', never],
  ['extra_dhcp_opts', never],
  ['port_security_enabled', never],
  ['tags', never],
  ['revision_number', never],
  ['created_at', never],
  ['updated_at', never],
]);

const read = <T>(convert: (value: unknown) => T) => z.unknown().transform(convert).optional();

/** The values of all attributes that a request may give. */
const Values = z.object({
  id: read(uuidOf('id')),
  name: read(textOf('name')),
  description: read(textOf('description')),
  network_id: read(uuidOf('network_id')),
  project_id: read(idTextOf('project_id')),
  admin_state_up: read(truthOf),
  status: read(portStatusOf),
  data_plane_status: read(dataPlaneStatusOf),
  dp_down: read(truthOf),
  device_id: read(textOf('device_id')),
  device_owner: read(textOf('device_owner')),
  mac_address: read(macOf),
  fixed_ips: read(fixedIpsOf),
  security_groups: read(securityGroupsOf),
  'binding:host_id': read(hostIdOf),
  'binding:vnic_type': read(vnicTypeOf),
  'binding:profile': read(profileOf),
});
export type PortValues = z.infer<typeof Values>;

/** The part of a body for one port: its values, and its attributes in their order. */
export type PortInput = { readonly values: PortValues; readonly given: readonly string[] };

/** The caller who creates a port, as far as the checks of the body need it. */
export type Maker = {
  readonly project_id: string | undefined;
  /** Whether it is an administrator or a service: it may give ids, and other projects. */
  readonly manages: boolean;
};

/** The largest number of ports in one request. */
export const mostPorts = 100;

/** The object in a body; an absent or null body is an empty one. */
export function bodyOf(json: unknown): Dictionary {
  const body = Dictionary.safeParse(json ?? {});
  if (body.success) return body.data;
  throw badRequest('Body contains invalid data');
}

/** The object under the key `key`, which must be the only key. @throws HTTPBadRequest */
export function unwrapped(body: Dictionary, key: string): Dictionary {
  if (body[key] === undefined || body[key] === null) {
    throw badRequest(`Unable to find '${key}' in request body`);
  }
  const object = Dictionary.safeParse(body[key]);
  requireKnown(body, new Map([[key, true]]));
  if (object.success) return object.data;
  throw badRequest(`Object '${key}' contains invalid data`);
}

/** The changes of the body of a PUT. @throws HTTPBadRequest */
export function readPortUpdate(json: unknown): PortInput {
  const body = bodyOf(json);
  if ('ports' in body) throw badRequest('Bulk operation not supported');
  const given = unwrapped(body, 'port');
  requireOneProject(given);
  requireKnown(given, attributes);
  const fixed = Object.keys(given).find((name) => !attributes.get(name)?.put);
  if (fixed !== undefined) throw badRequest(`Cannot update read-only attribute ${fixed}`);
  return inputOf(given);
}

/** The ports of the body of a POST, and whether the body is a list. @throws HTTPBadRequest */
export function readNewPorts(json: unknown, maker: Maker): { bulk: boolean; ports: PortInput[] } {
  const body = bodyOf(json);
  if (!('ports' in body)) return { bulk: false, ports: [newPort(unwrapped(body, 'port'), maker)] };
  return { bulk: true, ports: bulkOf(body, 'port').map((given) => newPort(given, maker)) };
}

/** The items of a bulk request, each by itself or in a wrapper of its own. */
function bulkOf(body: Dictionary, key: string): Dictionary[] {
  const list = body[`${key}s`];
  requireKnown(body, new Map([[`${key}s`, true]]));
  if (!Array.isArray(list)) throw badRequest('Body contains invalid data');
  if (list.length === 0) throw badRequest('Resources required');
  if (list.length > mostPorts) {
    throw badRequest(`At most ${mostPorts} ${key}s may be created at once`);
  }
  return list.map((item: unknown) => {
    const object = Dictionary.safeParse(item);
    return unwrapped(object.success && key in object.data ? object.data : { [key]: item }, key);
  });
}

function newPort(given: Dictionary, maker: Maker): PortInput {
  requireOneProject(given);
  requireOwnProject(given, maker);
  requireKnown(given, attributes);
  const barred = Object.keys(given).find(
    (name) => !attributes.get(name)?.post || (name === 'id' && !maker.manages),
  );
  if (barred !== undefined) throw badRequest(`Attribute '${barred}' not allowed in POST`);
  if (given.network_id === undefined) throw missing('network_id');
  return inputOf(given);
}

/** The refusal of a body without a required attribute. */
export const missing = (attribute: string) =>
  badRequest(`Failed to parse request. Required attribute '${attribute}' not specified`);

/** Checks that `project_id` and its old name do not differ. @throws HTTPBadRequest */
export function requireOneProject({ project_id, tenant_id }: Dictionary): void {
  if (project_id === undefined || tenant_id === undefined || project_id === tenant_id) return;
  throw badRequest("'project_id' and 'tenant_id' do not match");
}

/** Checks that a caller who does not manage ports gives its own project. @throws HTTPBadRequest */
export function requireOwnProject(given: Dictionary, { project_id, manages }: Maker): void {
  const named = given.project_id ?? given.tenant_id;
  if (manages || named === undefined || named === project_id) return;
  throw badRequest(
    "Specifying 'project_id' other than the authenticated project in request is not allowed for the current user.",
  );
}

/** @throws HTTPBadRequest for attributes that are not known. */
export function requireKnown(given: Dictionary, known: ReadonlyMap<string, unknown>): void {
  const unknown = Object.keys(given).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw badRequest(`Unrecognized attribute(s) '${shown(unknown.join(', '))}'`);
  }
}

function inputOf(given: Dictionary): PortInput {
  const { tenant_id, ...rest } = given;
  const values = Values.parse({
    ...(tenant_id !== undefined && { project_id: tenant_id }),
    ...rest,
  });
  requireAgreement(values);
  return { values, given: Object.keys(given) };
}

const revisionMatch = /^revision_number=(\d{1,15})$/;

/** The revision that `If-Match` requires; undefined without the header. @throws BadRequest */
export function requiredRevision(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, revision] = revisionMatch.exec(header.trim()) ?? [];
  if (revision !== undefined) return Number(revision);
  throw badArgument('Bad If-Match request: it must be revision_number=N.');
}
