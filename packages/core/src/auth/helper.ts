import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { BuildpacksError } from '../errors/index.ts';
import { asRecord, asText, parseJson } from '../json/json.ts';
import type { ProcessRunner } from '../ports/index.ts';
import { DOCKER_HUB } from '../reference/index.ts';
import { credentialOf } from './auth-file.ts';
import type { Credential } from './types.ts';

export interface HelperPorts {
  readonly processes: ProcessRunner;
  /** The job's PATH. */
  readonly path: string;
  /** Directories whose programs are never run: what an outsider may have put there is no helper. */
  readonly untrusted: readonly string[];
}

/** The helper can't be run at all: no such program, or a name that is none. */
export class MissingHelperError extends BuildpacksError {
  override readonly name = 'MissingHelperError';
}

const NAME = /^[A-Za-z0-9._-]+$/;
/** A helper that asks a service which does not answer must not hang the build. Milliseconds. */
const TIMEOUT = 60_000;

/**
 * Asks `docker-credential-<name> get` for a registry (docker/docker-credential-helpers, protocol "get").
 *
 * @returns undefined when the helper has nothing for this registry
 * @throws MissingHelperError; BuildpacksError `denied` when the helper fails
 */
export async function askHelper(ports: HelperPorts, name: string, registry: string): Promise<Credential | undefined> {
  const file = await findHelper(ports, name);
  const outcome = await ports.processes.run({
    file,
    args: ['get'],
    input: Buffer.from(serverOf(registry)),
    signal: AbortSignal.timeout(TIMEOUT),
    killAfter: 1000,
  });
  const fail = (why: string) => {
    return new BuildpacksError('denied', `the credential helper "${name}" failed for ${registry}: ${why}`, {
      hint: `Run it by hand: echo ${registry} | docker-credential-${name} get`,
    });
  };
  if (outcome.status !== 0) {
    // Helpers say on standard output why; it holds no secret then.
    const said = (outcome.stdout.trim() || outcome.stderr.trim()).slice(0, 300);
    if (/credentials not found|no credentials/i.test(said)) return undefined;
    throw fail(said || `exit status ${outcome.status ?? outcome.signal ?? ''}`);
  }
  const answer = asRecord(parseJson(outcome.stdout));
  const secret = asText(answer?.['Secret']);
  if (answer === undefined) throw fail('its answer is not JSON');
  return secret === undefined ? undefined : credentialOf(asText(answer['Username']) ?? '', secret);
}

/** Docker Hub's credentials are stored under its first address. */
function serverOf(registry: string): string {
  return registry === DOCKER_HUB ? 'https://index.docker.io/v1/' : registry;
}

async function findHelper({ path, untrusted }: HelperPorts, name: string): Promise<string> {
  if (!NAME.test(name)) {
    throw new MissingHelperError('input', `"${name}" is not the name of a credential helper`, {
      hint: 'A name has letters, digits, dots, dashes and underscores: ecr-login for docker-credential-ecr-login.',
    });
  }
  const program = `docker-credential-${name}`;
  const forbidden = await Promise.all(untrusted.map(resolved));
  for (const directory of path.split(':').filter(isAbsolute)) {
    const file = await resolved(join(directory, program));
    const inside = forbidden.some((root) => root !== sep && file.startsWith(`${root}${sep}`));
    if (!inside && (await isExecutable(file))) return file;
  }
  throw new MissingHelperError('input', `the credential helper "${program}" is not on the PATH`, {
    hint: `Install ${program}, or log in without it. The working directory and relative PATH entries are not searched.`,
  });
}

async function resolved(file: string): Promise<string> {
  return realpath(file).catch(() => file);
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
