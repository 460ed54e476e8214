/**
 * The filters of a list of ports. Filters are equalities: a repeated key means any of its values;
 * several keys mean all of them. Source: docs/wire/network.md#lists-of-ports.
 */

import type { Query } from '../../adapters/http/query.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { type FixedIp, isDataPlaneDown, type Port } from '../../domain/ports/port.ts';
import { canRead, seesHosts } from '../../domain/ports/port-access.ts';
import { badRequest, badValue, shown, truthOf } from './neutron.ts';
import { tagFilters } from './tag-filter.ts';

export type PortTest = (port: Port) => boolean;

/** The attribute that a filter compares as a text; a status that was not reported is the empty text. */
const texts: ReadonlyMap<string, (port: Port) => string> = new Map<string, (port: Port) => string>([
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['description', ({ description }) => description],
  ['network_id', ({ network_id }) => network_id],
  ['project_id', ({ project_id }) => project_id],
  ['tenant_id', ({ project_id }) => project_id],
  ['status', ({ status }) => status],
  ['data_plane_status', ({ data_plane_status }) => data_plane_status ?? ''],
  ['device_id', ({ device_id }) => device_id],
  ['device_owner', ({ device_owner }) => device_owner],
  ['mac_address', ({ mac_address }) => mac_address],
  ['revision_number', ({ revision }) => String(revision)],
  ['binding:host_id', (port) => hostKey(port['binding:host_id'])],
]);

/** The attributes that clients may write in any case; they are compared in lower case. */
const anyCase = new Set(['id', 'network_id', 'mac_address', 'binding:host_id']);

const truths: ReadonlyMap<string, PortTest> = new Map<string, PortTest>([
  ['admin_state_up', ({ admin_state_up }) => admin_state_up],
  ['dp_down', isDataPlaneDown],
]);

const others: ReadonlyMap<string, (values: readonly string[]) => PortTest> = new Map([
  ['fixed_ips', fixedIpsTest],
  [
    'security_groups',
    (values: readonly string[]): PortTest =>
      ({ security_groups }) =>
        security_groups.some((id) => values.includes(id)),
  ],
  ...tagFilters,
]);

/**
 * `ip_address=10.0.0.1` or `subnet_id=<id>`: the port has an address that matches one value of each
 * given key.
 */
function fixedIpsTest(values: readonly string[]): PortTest {
  const wanted = values.map((value) => {
    const [, key, text = ''] = /^(ip_address|subnet_id)=(.*)$/s.exec(value) ?? [];
    if (key === 'ip_address' || key === 'subnet_id') return { key, text } as const;
    throw badValue('fixed_ips', `'${shown(value)}' is not ip_address= or subnet_id=`);
  });
  const has = (ip: FixedIp, key: 'ip_address' | 'subnet_id'): boolean => {
    const asked = wanted.filter((each) => each.key === key);
    return asked.length === 0 || asked.some(({ text }) => text === ip[key]);
  };
  return ({ fixed_ips }) => fixed_ips.some((ip) => has(ip, 'ip_address') && has(ip, 'subnet_id'));
}

/** Keys of a query that are not filters. */
const shaping = new Set(['fields', 'limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir']);

/**
 * The test of a query's filters, and of whether the caller may see the port. A filter by host matches
 * nothing for a caller who may not see hosts.
 * @throws HTTPBadRequest for a key that is not a filter.
 */
export function filterOf(query: Query, caller: Caller): PortTest {
  const tests: PortTest[] = [(port) => !port.deleted && canRead(caller, port)];
  const unknown: string[] = [];
  for (const [name, values] of Object.entries(query)) {
    if (shaping.has(name)) continue;
    const test = testOf(name, values);
    if (!test) unknown.push(name);
    else tests.push(name === 'binding:host_id' && !seesHosts(caller) ? () => false : test);
  }
  if (unknown.length > 0) {
    const names = unknown.map((name) => `'${shown(name)}'`).join(', ');
    throw badRequest(`[${names}] is invalid attribute for filtering`);
  }
  return (port) => tests.every((test) => test(port));
}

function testOf(name: string, values: readonly string[]): PortTest | undefined {
  const text = texts.get(name);
  if (text) {
    const wanted = new Set(anyCase.has(name) ? values.map((v) => v.toLowerCase()) : values);
    return (port) => wanted.has(text(port));
  }
  const truth = truths.get(name);
  if (truth) {
    const wanted = new Set(values.map(truthOf));
    return (port) => wanted.has(truth(port));
  }
  return others.get(name)?.(values);
}

/** Whether a query has a filter. */
export const isFiltered = (query: Query): boolean =>
  Object.keys(query).some((name) => !shaping.has(name));
