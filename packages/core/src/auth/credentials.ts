import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../errors/index.ts';
import { optional } from '../json/json.ts';
import type { Log, Machine, ProcessRunner } from '../ports/index.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import { type AuthFile, IDENTITY_TOKEN_USER, parseAuthFile } from './auth-file.ts';
import { type AuthFilePorts, authFileSource } from './auth-file-source.ts';
import { authFileLocations, type Location } from './locations.ts';
import type { Credential, CredentialSource, ExplainedCredentials, FoundCredential } from './types.ts';

export interface CredentialsOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly machine: Pick<Machine, 'home' | 'workingDirectory'>;
  readonly processes: ProcessRunner;
  readonly log: Log;
  /** The input `registry-auth`: asked before all else, and a helper of it that fails is an error. */
  readonly registryAuth?: AuthFile | undefined;
  /** What the CI itself offers: asked when nothing else has a credential for the repository. */
  readonly fallbackAuth?: AuthFile | undefined;
  /** Directories that credential helpers are never run from, beside the working directory: the app, a build directory. */
  readonly untrusted?: readonly string[];
  /** Ends a helper that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * Credentials from the input, `DOCKER_AUTH_CONFIG`, and Podman's and Docker's files; the first that has one for the
 * repository answers, and at last what the CI offers. Files are read at the first look-up, answers are kept, and every secret is masked before it is given.
 */
export function createCredentials(options: CredentialsOptions): ExplainedCredentials {
  const { log } = options;
  const sources = sourcesOf(options);
  const answers = new Map<string, Promise<FoundCredential | undefined>>();

  const search = async (repository: Repository): Promise<FoundCredential | undefined> => {
    for (const source of sources) {
      const found = await source.find(repository);
      if (found === undefined) continue;
      maskCredential(log, found.credential);
      log.debug(`credentials for ${formatRepository(repository)} come from ${found.origin.source}`);
      return found;
    }
    log.debug(`there are no credentials for ${formatRepository(repository)}`);
    return undefined;
  };

  const find = (repository: Repository): Promise<FoundCredential | undefined> => {
    const key = formatRepository(repository);
    const answer = answers.get(key) ?? search(repository);
    answers.set(key, answer);
    return answer;
  };

  return {
    lookup: async (repository) => (await find(repository))?.credential,
    async explain(repository) {
      const found = await find(repository);
      if (found === undefined) return undefined;
      const { credential, origin } = found;
      const username = credential.kind === 'basic' ? credential.username : undefined;
      return { ...origin, kind: credential.kind, ...optional('username', username) };
    },
  };
}

function sourcesOf(options: CredentialsOptions): readonly CredentialSource[] {
  const { environment, machine, log, registryAuth, fallbackAuth, untrusted = [] } = options;
  const { home, workingDirectory } = machine;
  const ports: AuthFilePorts = { ...options, untrusted: [workingDirectory, ...untrusted] };
  for (const auths of [registryAuth?.auths, fallbackAuth?.auths]) {
    for (const credential of auths?.values() ?? []) maskCredential(log, credential);
  }
  const explicit =
    registryAuth === undefined ? [] : [authFileSource(() => Promise.resolve(registryAuth), ports, 'throw')];

  const inline = environment['DOCKER_AUTH_CONFIG'] ?? '';
  const readInline = () => Promise.resolve(parseAuthFile(inline, 'DOCKER_AUTH_CONFIG'));
  const fromVariable = inline.trim() === '' ? [] : [authFileSource(readInline, ports)];
  const fromFiles = authFileLocations(environment, home).map(({ file, variable }) => {
    const location = { file: path.resolve(workingDirectory, file), ...optional('variable', variable) };
    return authFileSource(() => readAuthFile(location, log), ports);
  });
  const fallback = fallbackAuth === undefined ? [] : [authFileSource(() => Promise.resolve(fallbackAuth), ports)];
  return [...explicit, ...fromVariable, ...fromFiles, ...fallback];
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

/** The secret alone, and as the pair that Basic authentication sends; a user without a password is a token. */
function maskCredential(log: Log, credential: Credential): void {
  const { username, secret } =
    credential.kind === 'basic'
      ? { username: credential.username, secret: credential.password }
      : { username: IDENTITY_TOKEN_USER, secret: credential.token };
  log.mask(secret === '' ? username : secret);
  log.mask(`${username}:${secret}`);
}
