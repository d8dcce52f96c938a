import path from 'node:path';
import type { TrustedCertificate } from './certificate.ts';
import { listDistinctFiles, readFile } from './files.ts';
import type { MachineReader } from './machine-certificates.ts';
import type { TrustSource } from './types.ts';

/** Where this machine keeps what it trusts. */
export interface SystemPlaces {
  /** The first that can be read is taken. */
  readonly files: readonly string[];
  /** All are read. */
  readonly directories: readonly string[];
}

/** A source with what it gave. */
export interface LoadedSource extends TrustSource {
  readonly certificates: readonly TrustedCertificate[];
  /** Whether the job says so, by a variable. */
  readonly chosen: boolean;
}

/** Linux distributions, as Go knows them (`crypto/x509/root_linux.go`): one build must have one rule. */
export const SYSTEM_PLACES: SystemPlaces = {
  files: [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/pki/tls/cacert.pem',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/ssl/cert.pem',
  ],
  directories: ['/etc/ssl/certs', '/etc/pki/tls/certs'],
};

/**
 * Reads the machine's certificates by Go's rules: SSL_CERT_FILE takes the place of the files and SSL_CERT_DIR, a list with colons, that
 * of the directories; each alone leaves the other's places as they are. What can't be read is skipped, as there, but where the job
 * named it a warning says so.
 */
export function readSystemCertificates(
  environment: Readonly<Record<string, string>>,
  places: SystemPlaces,
  reader: MachineReader,
): readonly LoadedSource[] {
  const file = environment['SSL_CERT_FILE'] ?? '';
  const directories = environment['SSL_CERT_DIR'] ?? '';
  return [
    ...(file === '' ? firstFile(places.files, reader) : [readNamedFile(file, 'SSL_CERT_FILE', reader)]),
    ...(directories === ''
      ? places.directories.flatMap((directory) => readDirectory(directory, reader) ?? [])
      : directories.split(':').map((directory) => readNamedDirectory(directory, reader))),
  ];
}

/** Reads the file that a variable of the job names; never throws. */
export function readNamedFile(file: string, variable: string, reader: MachineReader): LoadedSource {
  const name = `${variable} (${file})`;
  const content = readFile(file);
  if (content.kind !== 'bytes') {
    const reason = content.kind === 'directory' ? 'is a directory' : content.reason;
    return nothing(name, `${variable} names "${file}", which ${reason}`);
  }
  const { certificates, skipped } = reader(content.bytes);
  if (certificates.length === 0) return nothing(name, `${variable} names "${file}", which has no certificate in PEM`);
  const warnings = skipped.map((line) => `${file}:${line}: no readable certificate; ${variable} is used without it`);
  return { name, certificates, count: certificates.length, warnings, chosen: true };
}

function firstFile(files: readonly string[], reader: MachineReader): readonly LoadedSource[] {
  for (const file of files) {
    const content = readFile(file);
    if (content.kind === 'bytes') return [silently(file, reader(content.bytes).certificates)];
  }
  return [];
}

function readNamedDirectory(directory: string, reader: MachineReader): LoadedSource {
  const name = `SSL_CERT_DIR (${directory})`;
  const source = readDirectory(directory, reader);
  if (source !== undefined) return { ...source, name, chosen: true };
  return nothing(name, `SSL_CERT_DIR names "${directory}", which is no directory that can be listed`);
}

function readDirectory(directory: string, reader: MachineReader): LoadedSource | undefined {
  const certificates = listDistinctFiles(directory)?.flatMap((file) => {
    const content = readFile(path.join(directory, file));
    return content.kind === 'bytes' ? reader(content.bytes).certificates : [];
  });
  return certificates && silently(directory, certificates);
}

function silently(name: string, certificates: readonly TrustedCertificate[]): LoadedSource {
  return { name, certificates, count: certificates.length, warnings: [], chosen: false };
}

function nothing(name: string, warning: string): LoadedSource {
  return { name, certificates: [], count: 0, warnings: [warning], chosen: true };
}
