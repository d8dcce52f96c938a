import { type Certificate, parseCertificate } from './certificate.ts';
import { hasPemMarker, parsePem, type PemBlock, type PemProblem } from './pem.ts';

/** The certificates of one file or text, and everything that is wrong with it. */
export interface ReadCertificates {
  readonly certificates: readonly Certificate[];
  readonly problems: readonly CertificateProblem[];
}

export interface CertificateProblem extends PemProblem {
  /** There is a private key: wrong among certificates to trust, but not beside a client's certificate. */
  readonly privateKey?: true;
}

/** The second is what OpenSSL wrote before 1998, with the same content. */
export const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);
/** The first byte of every DER file that concerns us: a SEQUENCE. */
const SEQUENCE = 0x30;

/**
 * Reads certificates from the bytes of a file: PEM text, or one certificate in DER. Strict about what would go unnoticed elsewhere:
 * Node and Go skip what they can't read without a word.
 */
export function readCertificates(bytes: Uint8Array): ReadCertificates {
  const text = new TextDecoder().decode(bytes);
  if (hasPemMarker(text)) return readPemCertificates(text);
  if (bytes[0] === SEQUENCE) {
    const certificate = parseCertificate(bytes);
    if (certificate !== undefined) return { certificates: [certificate], problems: [] };
  }
  return { certificates: [], problems: [withoutPem(text, bytes)] };
}

/** Reads a text that has PEM blocks. */
export function readPemCertificates(text: string): ReadCertificates {
  const { blocks, problems } = parsePem(text);
  const certificates: Certificate[] = [];
  const found: CertificateProblem[] = [...problems];
  for (const block of blocks) {
    const certificate = CERTIFICATE_LABELS.has(block.label) ? parseCertificate(block.bytes) : undefined;
    if (certificate === undefined) found.push(unusable(block));
    else certificates.push(certificate);
  }
  return { certificates, problems: found.sort((a, b) => a.line - b.line) };
}

/** Whether a file's content announces certificates or keys: PEM blocks, or the bytes that DER begins with. */
export function looksLikeCertificates(bytes: Uint8Array): boolean {
  return (bytes[0] === SEQUENCE && bytes[1] === 0x82) || hasPemMarker(new TextDecoder().decode(bytes));
}

function unusable({ label, line }: PemBlock): CertificateProblem {
  if (label.includes('PRIVATE KEY')) {
    return {
      line,
      privateKey: true,
      message: 'this is a private key, which has no place among certificates to trust',
      hint: 'Remove it from here; replace the key if others could read this.',
    };
  }
  if (CERTIFICATE_LABELS.has(label)) {
    return { line, message: 'this block is no readable certificate', hint: 'Export the certificate again, as PEM.' };
  }
  return { line, message: `this block is a ${label}, not a CERTIFICATE`, hint: conversion(label) };
}

function conversion(label: string): string {
  switch (label) {
    case 'TRUSTED CERTIFICATE':
      return 'It also says for what it is not to be trusted, which others ignore; convert it: openssl x509 -in FILE -out NEW.';
    case 'PKCS7':
    case 'CMS':
      return 'Take its certificates out: openssl pkcs7 -print_certs -in FILE -out NEW.';
    default:
      return 'Give the certificates of the authorities alone.';
  }
}

function withoutPem(text: string, bytes: Uint8Array): PemProblem {
  const compact = text.replace(/\s+/g, '');
  if (compact === '') return { line: 1, message: 'it is empty' };
  if (bytes[0] === SEQUENCE) {
    return {
      line: 1,
      message: 'it is binary, and no certificate in DER',
      hint: 'From PKCS #7 (.p7b): openssl pkcs7 -inform DER -print_certs -in FILE -out NEW; from PKCS #12 (.p12, .pfx): openssl pkcs12 -nokeys -in FILE -out NEW.',
    };
  }
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(compact) ? Buffer.from(compact, 'base64') : Buffer.alloc(0);
  if (hasPemMarker(decoded.toString('latin1'))) {
    return { line: 1, message: 'it is PEM text encoded once more in base64', hint: 'Decode it first: base64 -d.' };
  }
  if (decoded[0] === SEQUENCE) {
    return {
      line: 1,
      message: 'it is base64 without the lines around it',
      hint: 'Put -----BEGIN CERTIFICATE----- before and -----END CERTIFICATE----- after it.',
    };
  }
  return {
    line: 1,
    message: 'it holds no certificate',
    hint: 'Give PEM text, which begins with -----BEGIN CERTIFICATE-----.',
  };
}
