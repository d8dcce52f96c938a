import { delimiter, sep } from 'node:path';
import { BuildpacksError } from '../errors/index.ts';
import { asRecord, asText, parseJson } from '../json/json.ts';
import { shortened } from '../log/shortened.ts';
import type { Outcome, ProcessRunner } from '../ports/index.ts';
import { DOCKER_HUB } from '../reference/index.ts';
import { credentialOf } from './auth-file.ts';
import { type SearchPath, trustedSearchPath } from './search-path.ts';
import type { Credential } from './types.ts';

export interface HelperPorts {
  readonly processes: ProcessRunner;
  /** The job's: helpers need the user's home, the cloud's variables, proxies. */
  readonly environment: Readonly<Record<string, string>>;
  /** Directories whose programs are never run: what an outsider may have put there is no helper. */
  readonly untrusted: readonly string[];
  /** Ends a helper that is under way. */
  readonly signal?: AbortSignal;
}

/** The helper can't be run at all: no such program, or a name that is none. */
export class MissingHelperError extends BuildpacksError {
  override readonly name = 'MissingHelperError';
}

const NAME = /^[A-Za-z0-9._-]+$/;
/** A helper that asks a service which does not answer must not hang the build. Seconds. */
const PATIENCE = 60;

/**
 * Asks `docker-credential-<name> get` for a registry (docker/docker-credential-helpers, protocol "get").
 *
 * @returns undefined when the helper has nothing for this registry
 * @throws MissingHelperError; BuildpacksError `denied` when the helper fails
 */
export async function askHelper(ports: HelperPorts, name: string, registry: string): Promise<Credential | undefined> {
  const fail = (why: string) => {
    return new BuildpacksError('denied', `the credential helper "${name}" failed for ${registry}: ${why}`, {
      hint: `Run it by hand: echo ${serverOf(registry)} | docker-credential-${name} get`,
    });
  };
  const outcome = await runHelper(ports, name, registry, fail);
  if (outcome.status !== 0) {
    // Helpers say on standard output why; it holds no secret then.
    const said = shortened((outcome.stdout.trim() || outcome.stderr.trim()).replace(/\s+/g, ' '), 300);
    if (/credentials not found|no credentials/i.test(said)) return undefined;
    throw fail(said || `exit status ${outcome.status ?? outcome.signal ?? ''}`);
  }
  const answer = asRecord(parseJson(outcome.stdout));
  if (answer === undefined) throw fail('its answer is not a JSON object');
  const secret = asText(answer['Secret']);
  return secret === undefined ? undefined : credentialOf(asText(answer['Username']) ?? '', secret);
}

async function runHelper(
  { processes, environment, untrusted, signal }: HelperPorts,
  name: string,
  registry: string,
  fail: (why: string) => BuildpacksError,
): Promise<Outcome> {
  const search = await trustedSearchPath(environment['PATH'] ?? '', untrusted);
  const timeout = AbortSignal.timeout(PATIENCE * 1000);
  const outcome = await processes.run({
    file: await findHelper(name, search),
    args: ['get'],
    // Neither the helper nor what it starts finds anything of the checkout by a relative name or the PATH.
    directory: sep,
    environment: { ...environment, PATH: search.directories.join(delimiter) },
    input: Buffer.from(serverOf(registry)),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    killAfter: 1000,
  });
  if (signal?.aborted === true) throw new BuildpacksError('cancelled', 'cancelled', { cause: signal.reason });
  if (outcome.status === null && timeout.aborted) throw fail(`no answer within ${PATIENCE} seconds`);
  return outcome;
}

/** Docker Hub's credentials are stored under its first address. */
function serverOf(registry: string): string {
  return registry === DOCKER_HUB ? 'https://index.docker.io/v1/' : registry;
}

async function findHelper(name: string, search: SearchPath): Promise<string> {
  if (!NAME.test(name)) {
    throw new MissingHelperError('input', `"${name}" is not the name of a credential helper`, {
      hint: 'A name has letters, digits, dots, dashes and underscores: ecr-login for docker-credential-ecr-login.',
    });
  }
  const program = `docker-credential-${name}`;
  const file = await search.find(program);
  if (file !== undefined) return file;
  throw new MissingHelperError('input', `the credential helper "${program}" is not on the PATH`, {
    hint: `Install ${program}, or log in without it. The checkout, the app and relative PATH entries are not searched.`,
  });
}
