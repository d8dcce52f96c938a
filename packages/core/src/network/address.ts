import { BlockList, isIP } from 'node:net';

/** Where a URL's host leads, as far as its text tells. Names are not resolved: what DNS answers is out of scope. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'link-local' | 'unspecified';

type Subnet = readonly [address: string, prefix: number, family: 'ipv4' | 'ipv6'];

const CLASSES: readonly (readonly [Exclude<AddressClass, 'public'>, BlockList])[] = [
  ['loopback', subnets(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6'])],
  [
    'link-local',
    subnets(
      ['169.254.0.0', 16, 'ipv4'],
      ['fe80::', 10, 'ipv6'],
      // Where other clouds tell their machines what 169.254.169.254 does elsewhere: Alibaba, Oracle, Amazon by IPv6.
      ['100.100.100.200', 32, 'ipv4'],
      ['192.0.0.192', 32, 'ipv4'],
      ['fd00:ec2::254', 128, 'ipv6'],
    ),
  ],
  ['unspecified', subnets(['0.0.0.0', 8, 'ipv4'], ['::', 128, 'ipv6'])],
  [
    'private',
    subnets(
      ['10.0.0.0', 8, 'ipv4'],
      ['172.16.0.0', 12, 'ipv4'],
      ['192.168.0.0', 16, 'ipv4'],
      ['100.64.0.0', 10, 'ipv4'],
      ['fc00::', 7, 'ipv6'],
      ['fec0::', 10, 'ipv6'],
      ['64:ff9b:1::', 48, 'ipv6'],
    ),
  ],
];

/** The names of the same service in Google's cloud and Amazon's. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** IPv6 addresses that end in the IPv4 address that they lead to: by NAT64, and in two forms that are no longer used. */
const ENDS_IN_IPV4 = subnets(['64:ff9b::', 96, 'ipv6'], ['::', 96, 'ipv6'], ['::ffff:0:0:0', 96, 'ipv6']);
/** 6to4: the IPv4 address follows the prefix. */
const BEGINS_WITH_IPV4 = subnets(['2002::', 16, 'ipv6']);

/**
 * Whether a registry is this machine, or a service of its network: these trust whoever can reach them, so that what others have written (a
 * label, a challenge) must not lead us there.
 *
 * @param registry `host[:port]`
 */
export function isOnThisMachine(registry: string): boolean {
  return ['loopback', 'link-local', 'unspecified'].includes(classifyHost(new URL(`https://${registry}`).hostname));
}

/**
 * Classifies the host of a parsed URL. `URL` has already turned `0x7f.1` and decimal numbers into dotted quads;
 * an IPv4 address inside an IPv6 one counts as the IPv4 address. Clouds' metadata services count as link-local wherever they are.
 *
 * @param hostname as `URL.hostname` gives it, an IPv6 address in brackets
 */
export function classifyHost(hostname: string): AddressClass {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  if (METADATA_NAMES.has(host)) return 'link-local';
  return isIP(host) === 0 ? 'public' : classifyAddress(host);
}

function classifyAddress(address: string): AddressClass {
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const own = CLASSES.find(([, list]) => list.check(address, family))?.[0];
  if (own !== undefined || family === 'ipv4') return own ?? 'public';
  const groups = groupsOf(address);
  if (ENDS_IN_IPV4.check(address, family)) return classifyAddress(ipv4Of(groups.slice(-2)));
  return BEGINS_WITH_IPV4.check(address, family) ? classifyAddress(ipv4Of(groups.slice(1, 3))) : 'public';
}

/** The eight groups of an IPv6 address in the form that `URL` gives it. */
function groupsOf(address: string): readonly number[] {
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function ipv4Of(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

function subnets(...entries: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of entries) list.addSubnet(address, prefix, family);
  return list;
}
