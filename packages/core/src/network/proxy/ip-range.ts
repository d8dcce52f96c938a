import { isIP, isIPv4 } from 'node:net';

/** An address as 16 bytes, IPv4 as IPv4-mapped IPv6: the two forms of one address are equal, as for Go's `net.IP`. */
export type IpBytes = Uint8Array;

/** Addresses with the same first `bits` bits, of the same family. */
export interface IpRange {
  readonly network: IpBytes;
  /** Counted from the 16 bytes' beginning. */
  readonly bits: number;
}

const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/** As Go reads a number: leading zeros mean nothing here, though they do in an address. */
const PREFIX_LENGTH = /^0*\d{1,3}$/;

/** Reads an IPv4 or IPv6 address without zone, brackets or leading zeros; undefined for anything else. */
export function parseIp(text: string): IpBytes | undefined {
  if (text.includes('%')) return undefined;
  switch (isIP(text)) {
    case 4:
      return Uint8Array.from([...MAPPED_PREFIX, ...quad(text)]);
    case 6:
      return Uint8Array.from(hextets(text).flatMap((value) => [value >> 8, value & 0xff]));
    default:
      return undefined;
  }
}

/** Reads `address/bits`; bits of the address behind the prefix may be set (Go's `net.ParseCIDR`). */
export function parseRange(text: string): IpRange | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0 || !PREFIX_LENGTH.test(length)) return undefined;
  const widest = isIPv4(address) ? 32 : 128;
  if (Number(length) > widest) return undefined;
  const bits = Number(length) + (128 - widest);
  return { network: masked(ip, bits), bits };
}

/** Whether the range has the address. IPv4 ranges have no IPv6 address and the other way round, `::/0` included. */
export function contains({ network, bits }: IpRange, ip: IpBytes): boolean {
  return isMapped(network) === isMapped(ip) && sameIp(masked(ip, bits), network);
}

export function sameIp(a: IpBytes, b: IpBytes): boolean {
  return a.every((byte, index) => byte === b[index]);
}

/** 127.0.0.0/8 and ::1. */
export function isLoopbackIp(ip: IpBytes): boolean {
  return isMapped(ip) ? ip[12] === 127 : ip.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function isMapped(ip: IpBytes): boolean {
  return MAPPED_PREFIX.every((byte, index) => byte === ip[index]);
}

function masked(ip: IpBytes, bits: number): IpBytes {
  return ip.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff);
}

function quad(text: string): readonly number[] {
  return text.split('.').map(Number);
}

/** The eight 16-bit values of an IPv6 address that is known to be valid. */
function hextets(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const before = values(head);
  const after = tail === undefined ? [] : values(tail);
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: gap }, () => 0), ...after];
}

function values(part: string): readonly number[] {
  if (part === '') return [];
  return part.split(':').flatMap((value) => {
    if (!value.includes('.')) return [parseInt(value, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = quad(value);
    return [a * 256 + b, c * 256 + d];
  });
}
