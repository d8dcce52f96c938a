import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { InputProblem } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { readCertificates } from './certificate-text.ts';
import { readFile } from './files.ts';
import type { ClientCertificate } from './types.ts';

/** The two files of a client certificate: as they were named, and where they are. */
export interface KeyPairFiles {
  readonly certificate: string;
  readonly key: string;
  /** For relative names. */
  readonly resolve: (file: string) => string;
}

export type ReadKeyPair =
  | { readonly kind: 'pair'; readonly pair: ClientCertificate }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] };

type Problem = Omit<InputProblem, 'input'>;

/** Reads a certificate, with those that lead to its authority behind it, and its key; checks that they belong together. */
export function readKeyPair(files: KeyPairFiles, input: string): ReadKeyPair {
  const problems: Problem[] = [];
  const chain = readChain(files, problems);
  const key = readKey(files, problems);
  const [leaf] = chain;
  if (leaf !== undefined && key !== undefined && !new X509Certificate(leaf).checkPrivateKey(key)) {
    problems.push({
      message: `the key in "${files.key}" does not belong to the certificate in "${files.certificate}"`,
    });
  }
  if (key === undefined || problems.length > 0) {
    return { kind: 'problems', problems: problems.map((problem) => ({ input, ...problem })) };
  }
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { kind: 'pair', pair: { source: files.certificate, certificate: chain.join(''), key: pem } };
}

/** The file may also hold the key. */
function readChain(files: KeyPairFiles, problems: Problem[]): readonly string[] {
  const bytes = read(files.certificate, files, problems);
  if (bytes === undefined) return [];
  const { certificates, problems: found } = readCertificates(bytes);
  const wrong = found.filter(({ privateKey }) => privateKey !== true);
  for (const { line, message, hint } of wrong) {
    problems.push({ message, place: { file: files.certificate, line }, ...optional('hint', hint) });
  }
  if (certificates.length === 0 && wrong.length === 0) {
    problems.push({ message: `"${files.certificate}" has no certificate` });
  }
  return certificates.map(({ pem }) => pem);
}

function readKey(files: KeyPairFiles, problems: Problem[]): KeyObject | undefined {
  const bytes = read(files.key, files, problems);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  try {
    return createPrivateKey(text);
  } catch {
    // The cause is left out: it may tell of the key.
    const missing = { message: `"${files.key}" has no private key`, hint: 'Give the key as PEM, unencrypted.' };
    const unreadable = {
      message: `the private key in "${files.key}" can't be read`,
      hint: 'If it is encrypted, decrypt it: openssl pkey -in FILE -out NEW.',
    };
    problems.push(text.includes('PRIVATE KEY-----') ? unreadable : missing);
    return undefined;
  }
}

function read(file: string, { resolve }: KeyPairFiles, problems: Problem[]): Uint8Array | undefined {
  const content = readFile(resolve(file));
  if (content.kind === 'bytes') return content.bytes;
  problems.push({ message: `"${file}" ${content.kind === 'directory' ? 'is a directory' : content.reason}` });
  return undefined;
}
