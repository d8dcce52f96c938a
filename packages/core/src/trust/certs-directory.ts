import path from 'node:path';
import { InputError, type InputProblem } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import { readKeyPair } from './client-certificate.ts';
import { listFiles } from './files.ts';
import { readAuthorities } from './server-trust.ts';
import type { ClientCertificate, HostTrust } from './types.ts';

const INPUT = 'certs.d';
const NOTHING: HostTrust = { certificates: [] };

/**
 * The folders that hold one folder per registry, in the order in which they are asked: those of Podman, then Docker's
 * (containers-certs.d(5); rootless Docker's before the machine's).
 */
export function certsDirectories(environment: Readonly<Record<string, string>>, home: string): readonly string[] {
  const config = environment['XDG_CONFIG_HOME'] || path.join(home, '.config');
  return [
    path.join(home, '.config', 'containers', 'certs.d'),
    '/etc/containers/certs.d',
    path.join(config, 'docker', 'certs.d'),
    '/etc/docker/certs.d',
  ];
}

/**
 * Reads the folder of one registry, the first that exists; others are not looked at. Every `.crt` is trusted for this registry, and
 * the first `.cert` in the order of names is shown to it, with the `.key` of the same name.
 *
 * @param names the folder's possible names: `host[:port]`, the port exactly as in the names of images
 * @throws InputError when a file is damaged, or half of a pair is missing
 */
export function readCertsDirectory(directories: readonly string[], names: readonly string[]): HostTrust {
  for (const directory of directories) {
    for (const name of names) {
      const folder = path.join(directory, name);
      const files = listFiles(folder);
      if (files !== undefined) return readFolder(folder, files);
    }
  }
  return NOTHING;
}

function readFolder(folder: string, files: readonly string[]): HostTrust {
  const problems: InputProblem[] = [];
  const certificates = files
    .filter((file) => file.endsWith('.crt'))
    .flatMap((file) => readAuthorities(path.join(folder, file), INPUT, problems));
  const [client] = files
    .filter((file) => file.endsWith('.cert'))
    .flatMap((file) => readPair(folder, file, { files, problems }));
  for (const key of files.filter((file) => file.endsWith('.key'))) {
    if (files.includes(withEnding(key, '.cert'))) continue;
    problems.push({
      input: INPUT,
      message: `"${path.join(folder, key)}" is the key of a client certificate that is not there`,
      hint: `Put the certificate beside it as ${withEnding(key, '.cert')}.`,
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  return { certificates, ...optional('client', client) };
}

function readPair(
  folder: string,
  file: string,
  { files, problems }: { readonly files: readonly string[]; readonly problems: InputProblem[] },
): readonly ClientCertificate[] {
  const key = withEnding(file, '.key');
  if (!files.includes(key)) {
    problems.push({
      input: INPUT,
      message: `"${path.join(folder, file)}" is a client certificate without its key`,
      hint: `Put the key beside it as ${key}; the certificate of an authority has to end in .crt.`,
    });
    return [];
  }
  const pair = { certificate: path.join(folder, file), key: path.join(folder, key), resolve: (name: string) => name };
  const read = readKeyPair(pair, INPUT);
  if (read.kind === 'pair') return [read.pair];
  problems.push(...read.problems);
  return [];
}

function withEnding(file: string, ending: string): string {
  return `${path.basename(file, path.extname(file))}${ending}`;
}
