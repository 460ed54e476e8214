/**
 * Connections to public addresses alone, and to what the operator allows. The address is judged that
 * is connected to: the one in the URL, or each that the lookup of this very connection gave.
 */
import { lookup as systemLookup } from 'node:dns';
import type { Agent } from 'node:http';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** A range of addresses such as `10.1.0.0/16` or `fd00::/8`. Throws if it is none. */
function addRange(list: BlockList, range: string): void {
  const [, address = '', prefix] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(range) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(prefix) > (family === 6 ? 128 : 32)) {
    throw new Error(`not a range of addresses: ${range}`);
  }
  list.addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
}

/** The ranges as a list to look addresses up in. Throws if one is none. */
export function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return list;
}

/** IPv4 addresses in an obsolete form (RFC 4291, 2.5.5.1), which the filter takes for public. */
const obsolete = rangesOf(['::/96']);

const within = (list: BlockList, address: string): boolean =>
  list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

export type Reach = {
  /** What may be reached although it is not public. */
  readonly allowed: BlockList;
  /** The system's unless a test gives another. */
  readonly lookup?: LookupFunction;
};

/** What the filter's errors say, which carry no code. */
const refusal = /is not allowed/;

/** Whether a connection failed because its address was not to be reached. */
export const isRefusal = (error: Error): boolean => refusal.test(error.message);

/**
 * An agent for one request. The filter compares addresses with ranges of the other family only under
 * protest, so it is told of single ones, as soon as they are known.
 */
export function agentFor({ protocol, hostname }: URL, reach: Reach): Agent {
  const lists = { allowIPAddressList: [] as string[], denyIPAddressList: [] as string[] };
  const judge = (address: string): void => {
    if (within(reach.allowed, address)) lists.allowIPAddressList.push(address);
    else if (within(obsolete, address)) lists.denyIPAddressList.push(address);
  };
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) judge(host);
  const { lookup: resolve = systemLookup } = reach;
  const lookup: LookupFunction = (name, options, done) =>
    resolve(name, options, (error, address, family) => {
      if (!error) {
        for (const each of [address].flat()) judge(typeof each === 'string' ? each : each.address);
      }
      done(error, address, family);
    });
  return protocol === 'https:'
    ? new RequestFilteringHttpsAgent({ ...lists, lookup })
    : new RequestFilteringHttpAgent({ ...lists, lookup });
}
