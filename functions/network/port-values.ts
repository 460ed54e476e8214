/** Parses the values of a port's attributes; refusals have Neutron's words. */
import * as z from 'zod';
import { Dictionary } from '../../domain/json.ts';
import {
  type DataPlaneStatus,
  dataPlaneStatuses,
  type FixedIp,
  portStatuses,
  vnicTypes,
} from '../../domain/ports/port.ts';
import { plain } from '../../domain/text.ts';
import { badRequest, badValue, shown, truthOf } from './neutron.ts';

type Read<T> = (value: unknown) => T;

/** The limits of one port. A hundred of the largest ports must fit into one transaction. */
const most = { fixedIps: 50, securityGroups: 50, profileBytes: 4095 } as const;

/** A text of at most 255 characters; DynamoDB refuses half of a surrogate pair. */
export const textOf =
  (attribute: string): Read<string> =>
  (value) => {
    if (typeof value !== 'string' || !value.isWellFormed()) {
      throw badValue(attribute, `'${shown(value)}' is not a valid string`);
    }
    if (value.length > 255) {
      throw badValue(attribute, `'${shown(value)}' exceeds maximum length of 255`);
    }
    return value;
  };

/** An id that becomes an attribute of messages, so it is not empty and has no control characters. */
export const idTextOf =
  (attribute: string): Read<string> =>
  (value) => {
    const id = textOf(attribute)(value);
    if (id !== '' && plain.test(id)) return id;
    throw badValue(attribute, `'${shown(value)}' is not a valid string`);
  };

/** A UUID of any version, in lower case. */
export const uuidOf =
  (attribute: string): Read<string> =>
  (value) => {
    const id = z.guid().safeParse(value);
    if (id.success) return id.data.toLowerCase();
    throw badValue(attribute, `'${shown(value)}' is not a valid UUID`);
  };

const oneOf =
  <T extends string>(attribute: string, values: readonly T[]): Read<T> =>
  (value) => {
    const found = values.find((each) => each === value);
    if (found !== undefined) return found;
    throw badValue(attribute, `${shown(value)} is not in valid_values`);
  };

export const portStatusOf = oneOf('status', portStatuses);
export const vnicTypeOf = oneOf('binding:vnic_type', vnicTypes);
export const dataPlaneStatusOf: Read<DataPlaneStatus> = (value) =>
  value === null ? null : oneOf('data_plane_status', dataPlaneStatuses)(value);
export { truthOf };

/** A MAC address as it is stored. It may be given with colons or hyphens, in any case. */
export const macOf: Read<string> = (value) => {
  const mac = typeof value === 'string' ? value.toLowerCase().replaceAll('-', ':') : '';
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== '00:00:00:00:00:00') return mac;
  throw badValue('mac_address', `'${shown(value)}' is not a valid MAC address`);
};

/** The name of a host; null means none. */
export const hostIdOf: Read<string> = (value) =>
  value === null ? '' : textOf('binding:host_id')(value);

/** JSON of an object with sorted keys; null means an empty object. */
export const profileOf: Read<string> = (value) => {
  if (value === null) return '{}';
  const profile = Dictionary.safeParse(value);
  if (!profile.success) throw badValue('binding:profile', `'${shown(value)}' is not a dictionary`);
  const text = jsonOf(profile.data);
  if (text !== undefined && new TextEncoder().encode(text).length <= most.profileBytes) return text;
  throw badRequest(`Invalid input for operation: binding:profile value too large.`);
};

/** The JSON of a value; undefined if it is nested too deeply. */
function jsonOf(value: Dictionary): string | undefined {
  try {
    return JSON.stringify(value, inOrder);
  } catch {
    return undefined;
  }
}

function inOrder(_: string, value: unknown): unknown {
  const object = Dictionary.safeParse(value);
  if (!object.success) return value;
  return Object.fromEntries(Object.entries(object.data).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function listOf(attribute: string, value: unknown, mostItems: number): unknown[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw badValue(attribute, `'${shown(value)}' is not a list`);
  if (value.length > mostItems) throw badValue(attribute, `more than ${mostItems} items`);
  return value;
}

export const securityGroupsOf: Read<string[]> = (value) => {
  const ids = listOf('security_groups', value, most.securityGroups).map((id) => {
    uuidOf('security_groups')(id);
    return String(id);
  });
  if (new Set(ids).size < ids.length) {
    throw badValue('security_groups', `Duplicate items in the list: '${shown(ids.join(', '))}'`);
  }
  return ids;
};

const Address = z.union([z.ipv4(), z.ipv6()]);

export const fixedIpsOf: Read<FixedIp[]> = (value) =>
  listOf('fixed_ips', value, most.fixedIps).map((item): FixedIp => {
    const { subnet_id, ip_address, ...unknown } = dictionaryOf(item);
    const [strange] = Object.keys(unknown);
    if (strange !== undefined) {
      throw badValue('fixed_ips', `unexpected key '${shown(strange)}'`);
    }
    if (subnet_id === undefined && ip_address === undefined) {
      throw badValue('fixed_ips', 'subnet_id or ip_address is required');
    }
    if (ip_address !== undefined && !Address.safeParse(ip_address).success) {
      throw badValue('fixed_ips', `'${shown(ip_address)}' is not a valid IP address`);
    }
    return {
      ...(subnet_id !== undefined && { subnet_id: uuidOf('fixed_ips')(subnet_id) }),
      ...(ip_address !== undefined && { ip_address: String(ip_address) }),
    };
  });

function dictionaryOf(item: unknown): Dictionary {
  const read = Dictionary.safeParse(item);
  if (read.success) return read.data;
  throw badValue('fixed_ips', `'${shown(item)}' is not a dictionary`);
}

/** Source: neutron-lib `api/definitions/standard_attr_tag.py`. */
const mostTags = 50;
/** One tag. */
export const tagOf: Read<string> = (value) => {
  if (typeof value === 'string' && value !== '' && value.length <= 255 && value.isWellFormed()) {
    return value;
  }
  throw badValue('tags', `'${shown(value)}' is not a valid tag`);
};
/** Tags of a resource, each once, in the given order. */
export const tagListOf: Read<string[]> = (value) => {
  if (!Array.isArray(value)) throw badValue('tags', `'${shown(value)}' is not a list`);
  const tags = [...new Set(value.map(tagOf))];
  if (tags.length <= mostTags) return tags;
  throw badValue('tags', `the number of tags exceeds the maximum of ${mostTags}`);
};
