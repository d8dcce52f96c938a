import { createHash } from 'node:crypto';
import type { TrustedCertificate } from './certificate.ts';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** What the format calls its password's salt. */
const WHITENER = 'Mighty Aphrodite';
/** Java's own stores have this password, and it protects nothing: certificates are public. */
const PASSWORD = 'changeit';

/**
 * Writes a Java key store that holds trusted certificates alone, in the format JKS (OpenJDK, `sun.security.provider.JavaKeyStore`),
 * which every Java reads and for which no password need be given. Without a date, so that the same certificates give the same bytes.
 */
export function writeKeyStore(certificates: readonly TrustedCertificate[]): Uint8Array {
  const store = Buffer.concat([
    unsigned(MAGIC),
    unsigned(VERSION),
    unsigned(certificates.length),
    ...certificates.map(entry),
  ]);
  const digest = createHash('sha1')
    .update(Buffer.from(PASSWORD, 'utf16le').swap16())
    .update(WHITENER)
    .update(store)
    .digest();
  return new Uint8Array(Buffer.concat([store, digest]));
}

function entry({ pem, fingerprint256 }: TrustedCertificate): Buffer {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const created = Buffer.alloc(8);
  const alias = text(fingerprint256.replaceAll(':', '').toLowerCase());
  return Buffer.concat([unsigned(TRUSTED_CERTIFICATE), alias, created, text('X.509'), unsigned(der.length), der]);
}

/** As `java.io.DataOutput.writeUTF` does it; ASCII only. */
function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value, 'ascii')]);
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
