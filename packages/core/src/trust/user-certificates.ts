import path from 'node:path';
import { InputError, type InputProblem } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import {
  type Certificate,
  type CertificateWarning,
  certificateWarnings,
  type TrustedCertificate,
} from './certificate.ts';
import {
  looksLikeCertificates,
  type ReadCertificates,
  readCertificates,
  readPemCertificates,
} from './certificate-text.ts';
import { listDistinctFiles, readFile } from './files.ts';
import type { PemProblem } from './pem.ts';
import type { TrustSource } from './types.ts';

/** The certificates that the input `ca-certificates` gave. */
export interface UserCertificates {
  /** No two alike, in the order in which they were given. */
  readonly certificates: readonly Certificate[];
  readonly sources: readonly UserSource[];
}

/** What one place gave. Whether a warning matters depends on who else trusts the certificate. */
export interface UserSource extends Pick<TrustSource, 'name' | 'count'> {
  readonly warnings: readonly CertificateWarning[];
}

export interface UserCertificatesContext {
  /** Where relative paths start. */
  readonly workingDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

interface Part extends ReadCertificates {
  readonly name: string;
  /** A file that problems are in; without it they are in the input's own text. */
  readonly file?: string;
  /** What is wrong with the place as a whole. */
  readonly obstacle?: Pick<InputProblem, 'message' | 'hint'>;
}

const INPUT = 'ca-certificates';
/** A file with such a name in a directory must hold certificates; any other may. */
const CERTIFICATE_FILE = /\.(?:pem|crt|cer|der)$/i;

/**
 * Reads the input `ca-certificates`: lines that are paths of files and directories, and PEM text between them.
 *
 * @param raw the input's text, or items that were given one by one
 * @throws InputError with every problem there is, each with its file and line
 */
export function readUserCertificates(
  raw: string | readonly string[],
  { workingDirectory, now }: UserCertificatesContext,
): UserCertificates {
  const parts = (typeof raw === 'string' ? [raw] : raw).flatMap((text) => readText(text, workingDirectory));
  const problems = parts.flatMap(problemsOf);
  if (problems.length > 0) throw new InputError(problems);
  const names = [...new Set(parts.map(({ name }) => name))];
  return {
    certificates: distinct(parts.flatMap((part) => part.certificates)),
    sources: names.map((name) => sourceOf(name, parts, now)),
  };
}

function sourceOf(name: string, parts: readonly Part[], now: number): UserSource {
  const certificates = parts.filter((part) => part.name === name).flatMap((part) => part.certificates);
  const warnings = distinct(certificates).flatMap((certificate) => certificateWarnings(certificate, now));
  return { name, count: certificates.length, warnings };
}

/** Those with a fingerprint that none before them has. */
export function distinct<T extends TrustedCertificate>(certificates: readonly T[]): readonly T[] {
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()];
}

function readText(text: string, workingDirectory: string): readonly Part[] {
  const { paths, pem } = separate(text);
  const loose = paths.find(({ written }) => isPieceOfPem(written));
  if (loose !== undefined) return [{ name: INPUT, certificates: [], problems: [outsideOfBlock(loose.line)] }];
  return [
    ...(pem.trim() === '' ? [] : [{ name: INPUT, ...readPemCertificates(pem) }]),
    ...paths.flatMap(({ written }) => readPath(written, path.resolve(workingDirectory, written))),
  ];
}

interface WrittenPath {
  readonly written: string;
  readonly line: number;
}

/** Paths stand on lines of their own outside of blocks; in the PEM text these lines are empty, so that lines keep their numbers. */
function separate(text: string): { readonly paths: readonly WrittenPath[]; readonly pem: string } {
  const paths: WrittenPath[] = [];
  let inside = false;
  const pem = text.split('\n').map((line, index) => {
    const last = line.match(/-----(?:BEGIN|END) /g)?.at(-1);
    const belongs = inside || last !== undefined;
    if (last !== undefined) inside = last.includes('BEGIN');
    if (belongs) return line;
    const written = line.replace(/^\uFEFF/, '').trim();
    if (written !== '' && !written.startsWith('#')) paths.push({ written, line: index + 1 });
    return '';
  });
  return { paths, pem: pem.join('\n') };
}

/** A line of a block that lost its BEGIN, or a damaged BEGIN: it may be of a key, so that no line of such a text is quoted as a path. */
function isPieceOfPem(line: string): boolean {
  return (line.length >= 60 && /^[A-Za-z0-9+][A-Za-z0-9+/]*={0,2}$/.test(line)) || /----|BEGIN |END /.test(line);
}

function outsideOfBlock(line: number): PemProblem {
  return {
    line,
    message: 'this is base64 outside of a PEM block',
    hint: 'Put -----BEGIN CERTIFICATE----- on the line before it and -----END CERTIFICATE----- after its end.',
  };
}

function readPath(name: string, file: string): readonly Part[] {
  const content = readFile(file);
  switch (content.kind) {
    case 'bytes':
      return [{ name, file: name, ...readCertificates(content.bytes) }];
    case 'directory':
      return readDirectory(name, file);
    case 'missing':
      return [
        obstacle(name, content.reason, 'Give the path of a PEM file, of a directory with such files, or PEM text.'),
      ];
    case 'unreadable':
      return [obstacle(name, content.reason)];
  }
}

/** Every file that holds certificates, whatever its name, as Go reads SSL_CERT_DIR; folders in it are not gone into. */
function readDirectory(name: string, directory: string): readonly Part[] {
  const files = listDistinctFiles(directory);
  if (files === undefined) return [obstacle(name, 'can not be listed')];
  const parts = files.flatMap((file) => readEntry(path.join(directory, file), { name, file: path.join(name, file) }));
  if (parts.length > 0) return parts;
  return [obstacle(name, 'has no file with certificates', 'Folders in it are not looked into: give each of them.')];
}

function readEntry(absolute: string, shown: { readonly name: string; readonly file: string }): readonly Part[] {
  const content = readFile(absolute);
  if (content.kind === 'directory') return [];
  if (content.kind !== 'bytes') return [obstacle(shown.file, content.reason)];
  if (!CERTIFICATE_FILE.test(absolute) && !looksLikeCertificates(content.bytes)) return [];
  return [{ ...shown, ...readCertificates(content.bytes) }];
}

function obstacle(name: string, reason: string, hint?: string): Part {
  return {
    name,
    certificates: [],
    problems: [],
    obstacle: { message: `"${name}" ${reason}`, ...optional('hint', hint) },
  };
}

function problemsOf({ file, problems, obstacle: whole }: Part): readonly InputProblem[] {
  if (whole !== undefined) return [{ input: INPUT, ...whole }];
  return problems.map(({ line, message, hint }) =>
    file === undefined
      ? { input: INPUT, message: `line ${line}: ${message}`, ...optional('hint', hint) }
      : { input: INPUT, message, place: { file, line }, ...optional('hint', hint) },
  );
}
