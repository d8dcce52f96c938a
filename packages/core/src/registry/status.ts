import type { Credential } from '../auth/types.ts';
import { DOCKER_HUB, formatRepository } from '../reference/index.ts';
import { describeStatus, MAX_ERROR_BODY, parseErrorBody, RegistryError, type RegistryErrorEntry } from './error.ts';
import { parseRetryAfter } from './retry.ts';
import { type Access, describeAccess } from './scope.ts';
import { redactUrl } from './url.ts';
import type { Answer } from './wire.ts';

/** Statuses that a later try of the same call may cure. */
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);

/** What the message of a refused call tells beside the answer. */
export interface Refusal {
  readonly task: string;
  readonly access: Access;
  /** What we authenticated with; undefined: anonymous. */
  readonly credential: Credential | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Reads the rest of an answer that nobody expected and makes the error of it. */
export async function statusError(answer: Answer, refusal: Refusal): Promise<RegistryError> {
  const { bytes } = await answer.bytes(MAX_ERROR_BODY).catch(() => ({ bytes: new Uint8Array() }));
  const entries = parseErrorBody(bytes);
  const { status } = answer;
  return new RegistryError({
    code: codeOf(status),
    task: refusal.task,
    method: answer.method,
    url: redactUrl(answer.url),
    status,
    entries,
    reason: `${describeStatus(status, entries)}${answer.method === 'HEAD' ? ', without details since it was a HEAD request' : ''}${who(status, refusal)}`,
    hint: hintFor(answer, entries, refusal),
    transient: TRANSIENT.has(status),
    retryAfter: parseRetryAfter(answer.header('retry-after'), refusal.now),
  });
}

function codeOf(status: number): 'temporary' | 'denied' | 'registry' {
  if (status === 401 || status === 403) return 'denied';
  return status >= 500 || TRANSIENT.has(status) ? 'temporary' : 'registry';
}

/** Which right was needed, and who asked. */
function who(status: number, { access, credential }: Refusal): string {
  if (status !== 401 && status !== 403) return '';
  const identity = credential === undefined ? 'anonymously' : 'with the configured credential';
  return `; tried to ${describeAccess(access)} ${identity}`;
}

function hintFor(answer: Answer, entries: readonly RegistryErrorEntry[], refusal: Refusal): string | undefined {
  const { access, credential } = refusal;
  const name = formatRepository(access.repository);
  const login = `docker login ${access.repository.registry === DOCKER_HUB ? 'docker.io' : access.repository.registry}`;
  switch (answer.status) {
    case 400:
      return answer.url.protocol === 'http:' ? `Check whether ${answer.url.host} speaks https.` : undefined;
    case 401:
    case 403:
      return credential === undefined
        ? `No credential is configured for ${name}: log in (${login}), and check that the name is right.`
        : `Check that the credential for ${name} is valid and may ${access.right}; log in again (${login}).`;
    case 404:
      return access.right === 'push'
        ? `Check that the repository ${name} exists: this registry may not make it by itself.`
        : `Check the name ${name}.`;
    case 405:
      return access.right === 'push' ? `${answer.url.host} may be a read-only mirror: push elsewhere.` : undefined;
    case 413:
      return `${answer.url.host}, or a proxy before it, limits the size of uploads: raise that limit.`;
    case 429:
      return credential === undefined
        ? `${answer.url.host} limits anonymous requests: log in (${login}), or use a mirror.`
        : `${answer.url.host} limits requests: wait, or use a mirror.`;
    default:
      return answer.status >= 500 ? `${answer.url.host} is in trouble${isOurs(entries)}: try again later.` : undefined;
  }
}

/** An error body in the registry's own form did not come from a proxy before it. */
function isOurs(entries: readonly RegistryErrorEntry[]): string {
  return entries.length === 0 ? ', or a proxy before it' : '';
}
