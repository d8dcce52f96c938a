import { X509Certificate } from 'node:crypto';
import { plainText } from '../log/terminal-text.ts';
import { formatPem } from './pem.ts';

/** A certificate in the one form in which we pass it on. */
export interface TrustedCertificate {
  /** One block, lines of 64 characters, a line feed at the end. */
  readonly pem: string;
  /** SHA-256 of its bytes, as people compare it: `AB:CD:…`. */
  readonly fingerprint256: string;
}

/** A certificate that we speak about. */
export interface Certificate extends TrustedCertificate {
  /** On one line: `CN=…, O=…`. Whoever made the certificate chose it; it is harmless to print. */
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Whether it says that it may sign others. */
  readonly authority: boolean;
}

const DAY = 24 * 60 * 60 * 1000;
/** Renewing an authority takes people some weeks. */
const NEAR_EXPIRY = 30 * DAY;
const NAME_LENGTH = 200;

/** Reads the DER bytes of exactly one certificate; undefined when they are something else or have more behind it. */
export function parseCertificate(der: Uint8Array): Certificate | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    return undefined;
  }
  return certificate.raw.length === der.length ? describeCertificate(certificate) : undefined;
}

export function describeCertificate(certificate: X509Certificate): Certificate {
  return {
    pem: formatPem('CERTIFICATE', certificate.raw),
    fingerprint256: certificate.fingerprint256,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    authority: certificate.ca,
  };
}

/** Something that people should know about a certificate. */
export interface CertificateWarning extends Pick<Certificate, 'fingerprint256'> {
  readonly message: string;
}

/**
 * What people should know about a certificate that they want trusted: it has expired or will soon, is not valid yet, or is no authority.
 *
 * @param now milliseconds since the epoch
 */
export function certificateWarnings(certificate: Certificate, now: number): readonly CertificateWarning[] {
  const { subject, fingerprint256, validFrom, validTo, authority } = certificate;
  const warnings: string[] = [];
  if (validTo < now) warnings.push(`the certificate "${subject}" expired on ${day(validTo)}`);
  else if (validTo - now < NEAR_EXPIRY) warnings.push(`the certificate "${subject}" expires on ${day(validTo)}`);
  if (validFrom > now) warnings.push(`the certificate "${subject}" is not valid before ${day(validFrom)}`);
  if (!authority) {
    warnings.push(`the certificate "${subject}" is no authority's: it vouches for the server that has it and no other`);
  }
  return warnings.map((message) => ({ fingerprint256, message }));
}

/** `2026-11-21`; a certificate may also hold no readable date. */
export function day(time: number): string {
  return Number.isNaN(time) ? 'an unknown date' : new Date(time).toISOString().slice(0, 10);
}

/** Node gives one line per attribute. */
function oneLine(name: string | undefined): string {
  const text = plainText((name ?? '').split('\n').join(', '));
  if (text === '') return '(no name)';
  return text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH)}…` : text;
}
