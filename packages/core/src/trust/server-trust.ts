import { InputError, type InputProblem } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { readCertificates } from './certificate-text.ts';
import { readKeyPair } from './client-certificate.ts';
import { readFile } from './files.ts';
import type { Certificate } from './certificate.ts';
import type { ClientCertificate, HostTrust } from './types.ts';

const INPUT = 'registries-conf';

/** What a configuration names for TLS with one server; absolute paths of PEM files. */
export interface CertificateFiles {
  /** Trusted for this server, beside the store. */
  readonly certificateAuthorities: readonly string[];
  /** Of several the first is shown. Without `key`, the certificate's file holds the key too. */
  readonly clientCertificates: readonly { readonly certificate: string; readonly key?: string }[];
}

/** @throws InputError with every problem, each with its file */
export function readCertificateFiles(files: CertificateFiles): HostTrust {
  const problems: InputProblem[] = [];
  const trust = readTrust(files, problems);
  if (problems.length > 0) throw new InputError(problems);
  return trust;
}

/** Tells at once what the first connection to each of the servers would tell. @throws InputError with every problem, each once */
export function checkCertificateFiles(servers: Iterable<CertificateFiles>): void {
  const problems: InputProblem[] = [];
  for (const files of servers) readTrust(files, problems);
  const distinct = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  if (distinct.size > 0) throw new InputError([...distinct.values()]);
}

function readTrust(
  { certificateAuthorities, clientCertificates }: CertificateFiles,
  problems: InputProblem[],
): HostTrust {
  const certificates = certificateAuthorities.flatMap((file) => readAuthorities(file, INPUT, problems));
  const [client] = clientCertificates.slice(0, 1).flatMap((files) => readClient(files, problems));
  return { certificates, ...optional('client', client) };
}

/** The certificates of one file; what is wrong with it is added to `problems`. */
export function readAuthorities(file: string, input: string, problems: InputProblem[]): readonly Certificate[] {
  const content = readFile(file);
  if (content.kind !== 'bytes') {
    const reason = content.kind === 'directory' ? 'is a directory' : content.reason;
    problems.push({ input, message: `"${file}" ${reason}` });
    return [];
  }
  const read = readCertificates(content.bytes);
  for (const { line, message, hint } of read.problems) {
    problems.push({ input, message, place: { file, line }, ...optional('hint', hint) });
  }
  return read.certificates;
}

function readClient(
  { certificate, key = certificate }: CertificateFiles['clientCertificates'][number],
  problems: InputProblem[],
): readonly ClientCertificate[] {
  const read = readKeyPair({ certificate, key, resolve: (file) => file }, INPUT);
  if (read.kind === 'pair') return [read.pair];
  problems.push(...read.problems);
  return [];
}
