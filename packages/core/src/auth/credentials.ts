import { readFile } from 'node:fs/promises';
import { InputError } from '../errors/index.ts';
import type { Log, Machine, ProcessRunner } from '../ports/index.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import { type AuthFile, parseAuthFile } from './auth-file.ts';
import { authFileSource } from './auth-file-source.ts';
import { authFileLocations, type Location } from './locations.ts';
import type { Credential, Credentials, CredentialSource } from './types.ts';

export interface CredentialsOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly machine: Pick<Machine, 'home' | 'workingDirectory'>;
  readonly processes: ProcessRunner;
  readonly log: Log;
  /** Asked before all files: explicit inputs. */
  readonly sources?: readonly CredentialSource[];
  /** Directories that credential helpers are never run from, beside the working directory: the checkout, the app. */
  readonly untrusted?: readonly string[];
}

/**
 * Credentials from explicit sources, `DOCKER_AUTH_CONFIG`, and Podman's and Docker's files; the first that has one for the
 * repository answers. Files are read at the first look-up, answers are kept, and every secret is masked before it is given.
 */
export function createCredentials(options: CredentialsOptions): Credentials {
  const sources = [...(options.sources ?? []), ...fileSources(options)];
  const answers = new Map<string, Promise<Credential | undefined>>();

  const find = async (repository: Repository): Promise<Credential | undefined> => {
    for (const source of sources) {
      const credential = await source.find(repository);
      if (credential === undefined) continue;
      maskCredential(options.log, credential);
      options.log.debug(`credentials for ${formatRepository(repository)} come from ${source.name}`);
      return credential;
    }
    return undefined;
  };

  return {
    lookup(repository) {
      const key = formatRepository(repository);
      const answer = answers.get(key) ?? find(repository);
      answers.set(key, answer);
      return answer;
    },
  };
}

function fileSources(options: CredentialsOptions): readonly CredentialSource[] {
  const { environment, machine, processes, log, untrusted = [] } = options;
  const ports = {
    processes,
    log,
    path: environment['PATH'] ?? '',
    untrusted: [machine.workingDirectory, ...untrusted],
  };
  const inline = environment['DOCKER_AUTH_CONFIG'];
  const fromVariable =
    inline === undefined || inline.trim() === ''
      ? []
      : [
          authFileSource(
            'DOCKER_AUTH_CONFIG',
            () => Promise.resolve(parseAuthFile(inline, 'DOCKER_AUTH_CONFIG')),
            ports,
          ),
        ];
  const fromFiles = authFileLocations(environment, machine.home).map((location) =>
    authFileSource(location.file, () => readAuthFile(location, log), ports),
  );
  return [...fromVariable, ...fromFiles];
}

async function readAuthFile({ file, variable }: Location, log: Log): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const message = `"${file}" can't be read (${code})`;
    if (variable === undefined) {
      log.warn(`${message}: going on without its credentials`);
      return undefined;
    }
    const hint = `Check the file's permissions, or unset ${variable}.`;
    throw new InputError([{ input: 'registry credentials', message, hint }], { cause: error });
  }
  // An empty file is what a secret without content is mounted as.
  return text.trim() === '' ? undefined : parseAuthFile(text, file);
}

/** In every form in which a secret may appear: as it is, in a URL, and as the pair that Basic authentication sends. */
function maskCredential(log: Log, credential: Credential): void {
  const secret = credential.kind === 'basic' ? credential.password : credential.token;
  if (secret === '') return;
  log.mask(secret);
  const encoded = encodeURIComponent(secret);
  if (encoded !== secret) log.mask(encoded);
  const username = credential.kind === 'basic' ? credential.username : '<token>';
  log.mask(Buffer.from(`${username}:${secret}`).toString('base64'));
}
