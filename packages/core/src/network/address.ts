import { BlockList, isIP } from 'node:net';

/** Where a URL's host leads, as far as its text tells. Names are not resolved: what DNS answers is out of scope. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local' | 'unspecified';

type Subnet = readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6'];

const CLASSES: readonly (readonly [Exclude<AddressClass, 'public'>, BlockList])[] = [
  ['loopback', subnets(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6'])],
  ['link-local', subnets(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6'])],
  ['unspecified', subnets(['0.0.0.0', 8, 'ipv4'], ['::', 128, 'ipv6'])],
  [
    'private',
    subnets(
      ['10.0.0.0', 8, 'ipv4'],
      ['172.16.0.0', 12, 'ipv4'],
      ['192.168.0.0', 16, 'ipv4'],
      ['100.64.0.0', 10, 'ipv4'],
      ['fc00::', 7, 'ipv6'],
    ),
  ],
];

/**
 * Classifies the host of a parsed URL. `URL` has already turned `0x7f.1` and decimal numbers into dotted quads;
 * an IPv4 address inside an IPv6 one counts as the IPv4 address.
 *
 * @param hostname as `URL.hostname` gives it, an IPv6 address in brackets
 */
export function classifyHost(hostname: string): AddressClass {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  const version = isIP(host);
  if (version === 0) return 'public';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return CLASSES.find(([, list]) => list.check(host, family))?.[0] ?? 'public';
}

function subnets(...entries: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of entries) list.addSubnet(address, prefix, family);
  return list;
}
