/**
 * Agents that connect only to public addresses and to addresses that the operator allows. They
 * check the address of the connection itself: the address in the URL, or each address from its DNS
 * lookup.
 */
import { lookup as systemLookup } from 'node:dns';
import type { Agent } from 'node:http';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

/** Adds a range such as `10.1.0.0/16` or `fd00::/8`. @throws Error if the text is not a range. */
function addRange(list: BlockList, range: string): void {
  const [, address = '', prefix] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(range) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(prefix) > (family === 6 ? 128 : 32)) {
    throw new Error(`not a range of addresses: ${range}`);
  }
  list.addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
}

/** A list of the ranges, for looking up addresses. @throws Error if a text is not a range. */
export function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return list;
}

/**
 * IPv4 addresses in an obsolete IPv6 form (RFC 4291, 2.5.5.1). The library takes them for public.
 */
const obsolete = rangesOf(['::/96']);

const within = (list: BlockList, address: string): boolean =>
  list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** Which addresses an agent may connect to. */
export type Reach = {
  /** Addresses that are allowed although they are not public. */
  readonly allowed: BlockList;
  /** The DNS lookup; the system's if undefined. */
  readonly lookup?: LookupFunction;
};

/** The library's errors have no code, so they are recognised by their message. */
const refusal = /is not allowed/;

/** Whether a connection failed because its address is not allowed. */
export const isRefusal = (error: Error): boolean => refusal.test(error.message);

/**
 * An agent for one request. The library cannot compare an address with ranges of the other IP
 * version, so it gets single addresses instead of ranges, each as soon as it is known.
 */
export function agentFor({ protocol, hostname }: URL, reach: Reach): Agent {
  const allowIPAddressList: string[] = [];
  const denyIPAddressList: string[] = [];
  const judge = (address: string): void => {
    if (within(reach.allowed, address)) allowIPAddressList.push(address);
    else if (within(obsolete, address)) denyIPAddressList.push(address);
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
  const options = { allowIPAddressList, denyIPAddressList, lookup };
  return protocol === 'https:'
    ? new RequestFilteringHttpsAgent(options)
    : new RequestFilteringHttpAgent(options);
}
