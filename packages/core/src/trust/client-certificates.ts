import path from 'node:path';
import { InputError, type InputProblem } from '../errors/index.ts';
import { canonicalRegistry, isRegistryHost } from '../reference/index.ts';
import { readKeyPair } from './client-certificate.ts';
import type { ClientCertificate } from './types.ts';

const INPUT = 'client-certificates';
const LINE = /^([^=\s]+)\s*=\s*([^,]+?)\s*,\s*([^,]+)$/;
const FORM = 'Write HOST[:PORT]=CERTIFICATE,KEY with two PEM files; the port as in the names of images, or none.';
const ONE_BY_ONE = 'Give the option once for each line.';

/**
 * Reads the input `client-certificates`: lines `host[:port]=certificate.pem,key.pem`.
 *
 * @param workingDirectory where relative paths start
 * @returns by registry, in canonical form
 * @throws InputError with every problem there is
 */
export function readClientCertificates(
  lines: readonly string[],
  workingDirectory: string,
): ReadonlyMap<string, ClientCertificate> {
  const problems: InputProblem[] = [];
  const certificates = new Map<string, ClientCertificate>();
  for (const line of lines) {
    const [, host = '', certificate = '', key = ''] = LINE.exec(line) ?? [];
    const registry = canonicalRegistry(host);
    if (line.includes('\n')) {
      problems.push({
        input: INPUT,
        message: `${quoted(firstLine(line))} is followed by a line break`,
        hint: ONE_BY_ONE,
      });
    } else if (!isRegistryHost(host)) {
      problems.push({ input: INPUT, message: `${quoted(line)} is not a client certificate`, hint: FORM });
    } else if (certificates.has(registry)) {
      problems.push({ input: INPUT, message: `"${host}" has two client certificates` });
    } else {
      const read = readKeyPair({ certificate, key, resolve: (file) => path.resolve(workingDirectory, file) }, INPUT);
      if (read.kind === 'pair') certificates.set(registry, read.pair);
      else problems.push(...read.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return certificates;
}

function firstLine(text: string): string {
  return text.split('\n', 1).join('').trim();
}

/** A line of a key may stand here by mistake. */
function quoted(line: string): string {
  return line.length <= 50 ? `"${line}"` : `"${line.slice(0, 8)}…"`;
}
