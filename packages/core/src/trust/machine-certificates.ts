import { createHash, X509Certificate } from 'node:crypto';
import type { TrustedCertificate } from './certificate.ts';
import { CERTIFICATE_LABELS } from './certificate-text.ts';
import { formatPem, parsePem } from './pem.ts';

/** Reads texts that a machine has: whoever takes part in them is trusted, and nothing else about them is of interest. */
export type MachineReader = (bytes: Uint8Array) => MachineCertificates;

export interface MachineCertificates {
  readonly certificates: readonly TrustedCertificate[];
  /** Lines of what was skipped: blocks that are damaged, or no certificates. */
  readonly skipped: readonly number[];
}

/**
 * Makes a reader that looks at the same bytes only once: a machine has most of its hundreds of certificates in several places, and a
 * build waits for this. PEM only, as for Go.
 */
export function createMachineReader(): MachineReader {
  const known = new Map<string, TrustedCertificate | undefined>();
  const read = (der: Uint8Array) => {
    const hash = createHash('sha256').update(der).digest('hex');
    if (!known.has(hash)) known.set(hash, isCertificate(der) ? trusted(der, hash) : undefined);
    return known.get(hash);
  };
  return (bytes) => {
    const { blocks, problems } = parsePem(new TextDecoder().decode(bytes));
    const found = blocks.map(({ label, bytes: der, line }) => ({
      line,
      certificate: CERTIFICATE_LABELS.has(label) ? read(der) : undefined,
    }));
    return {
      certificates: found.flatMap(({ certificate }) => certificate ?? []),
      skipped: [...problems, ...found.filter(({ certificate }) => certificate === undefined)].map(({ line }) => line),
    };
  };
}

function trusted(der: Uint8Array, hash: string): TrustedCertificate {
  const fingerprint256 = (hash.toUpperCase().match(/../g) ?? []).join(':');
  return { pem: formatPem('CERTIFICATE', der), fingerprint256 };
}

function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}
